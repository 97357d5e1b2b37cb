"""Do plus-addresses arrive here? Found out by a mail to ourselves, before the first Reply-To depends on it (DESIGN §5 Tokens).

The daemon sends one mail a mailbox to `support+<token>@…`; when it comes in, the fact is remembered and replies may carry
their token in the address. Until then Reply-To stays plain, and the token travels in Message-ID and body.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailsupport.app.crashpoints import reach
from mailsupport.app.letters.post import Letter, send
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.desk import Mailbox
from mailsupport.core.judging import tokens
from mailsupport.core.judging.tokens import Purpose
from mailsupport.core.model import Address, Kind
from mailsupport.mail.contexts import OperatorContext
from mailsupport.store import facts

AGAIN = timedelta(days=7)
"""A test that did not come back is repeated after this time: the server may have learned it."""


def begin(service: Service, mailbox: str) -> bool:
    """Queue the test mail of a mailbox that needs one and has been read before; returns whether it was queued.

    Not before the first pass: that one leaves alone what lies in the folder, and the test must not be among it.
    """
    box, learned = service.desk.mailboxes[mailbox], service.learned
    if box.plus_address != "auto" or mailbox in learned.plus or mailbox in learned.tested:
        return False
    learned.tested.add(mailbox)
    now = service.now()
    with service.store.write() as tx:
        due = facts.first_time(tx, f"plus-test:{mailbox}", now, AGAIN)
        if due:
            _send(service, tx, box, now)
    if due:
        reach("selftest.queued")
    return due


def arrived(service: Service, tx: Tx, arrival: Arrival) -> bool:
    """Whether this mail is our test come home through its plus-address; then it is remembered."""
    token = arrival.match.token
    if arrival.verdict.kind is not Kind.OWN or token is None or token.purpose is not Purpose.PERSON:
        return False
    if not tokens.belongs_to(token, _subject(arrival.mailbox)) or not any("+" in r for r in arrival.mail.recipients):
        return False
    facts.set_fact(tx, f"plus:{arrival.mailbox.name}", "works", arrival.now)
    service.learned.plus.add(arrival.mailbox.name)
    reach("selftest.arrived")
    return True


def recall(service: Service) -> None:
    """Load what was learned before from the database."""
    with service.store.read() as tx:
        for box in service.desk.mailboxes.values():
            if facts.fact(tx, f"plus:{box.name}") is not None:
                service.learned.plus.add(box.name)
        service.learned.no_null_sender = facts.fact(tx, "no-null-sender") is not None


def _subject(box: Mailbox) -> str:
    return f"plus-address of {box.name}"


def _send(service: Service, tx: Tx, box: Mailbox, now: datetime) -> None:
    token = tokens.issue(service.keys, Purpose.PERSON, 0, _subject(box), "0")
    what = "a test mail of this program to itself"
    why = f"it was sent to {tokens.reply_address(box.address, token)}; when it arrives, replies may come to addresses with a plus"
    context = OperatorContext(what, why, "nothing is to be done: leave it or delete it", now, service.desk.timezone)
    to = Address("", tokens.reply_address(box.address, token))
    send(Scene(service, tx, now, box.name), Letter("self_test", context, (to,), service.desk.language, token))
