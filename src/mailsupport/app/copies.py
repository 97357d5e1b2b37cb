"""Puts a copy of each answer that a relay took into the mailbox's Sent folder, where the settings ask for it (G7).

Comes in: the source of a mailbox and its Sent folder. Goes out: copies on the server. Rules for editing here: a copy is never a
reason to send anything, and a mail never waits for it; the attempt is committed first, so that what a crash left there is found
and not put there twice; what the server refuses is told to the operator, and tried again at the next pass.
"""

from __future__ import annotations

from mailsupport.app import act
from mailsupport.app.scene import Scene
from mailsupport.app.service import Service
from mailsupport.core.effects import TellOperator
from mailsupport.ports import MailSource
from mailsupport.store import ways

AT_ONCE = 50
"""Copies of one pass; mails that come in wait for it."""


def save_copies(service: Service, source: MailSource, mailbox: str, sent: str) -> int:
    """Put what is due into the folder `sent`; return how many copies lie there now. Raises ServerUnavailable, LeaseLost.

    What was refused before comes last: a copy that the server never takes holds up no other.
    """
    box = service.desk.mailboxes.get(mailbox)
    if box is None or not box.save_sent:
        return 0
    with service.store.read() as tx:
        due = sorted(ways.copies_due(tx, mailbox, AT_ONCE), key=lambda one: one.begun)
    if due and not sent:
        _tell(service, mailbox, "there is no Sent folder")
    saved = 0
    for one in due if sent else ():
        with service.writing(mailbox) as tx:
            ways.want_copy(tx, one.outbox, ways.BEGUN)
        if problem := source.save(sent, one.data, one.message_id, one.begun):
            _tell(service, mailbox, problem)
            break
        with service.writing(mailbox) as tx:
            ways.want_copy(tx, one.outbox, ways.SAVED)
        saved += 1
    return saved


def _tell(service: Service, mailbox: str, problem: str) -> None:
    what = f"copies of answers cannot be put into the Sent folder of {mailbox}"
    cure = "correct sent, or set save_sent = false; the answers themselves have left, and nothing is sent again"
    with service.store.write() as tx:
        act.perform(Scene(service, tx, service.now(), mailbox), [TellOperator(f"save_sent:{mailbox}", what, problem, cure)])
