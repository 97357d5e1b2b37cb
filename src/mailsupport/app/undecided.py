"""What becomes of a held answer about which its author decides nothing? After a while it is a note, and colleagues read it (M8).

Comes in: the time, as a part of the sweep. Goes out: rows. Only an answer that a colleague's has overtaken is one: its words are
worth reading, and the customer has an answer. Its author may still choose afterwards. Each has a transaction of its
own, and is claimed before anything follows from it.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from mailsupport.app import act
from mailsupport.app.agreements import contract_of
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.effects import Notify
from mailsupport.core.judging.routing import staff_of
from mailsupport.errors import Crossed, MailsupportError
from mailsupport.store import holds, leases, mails, tickets
from mailsupport.store.rows import HoldRow

_log = structlog.get_logger("undecided")


def next_until(tx: Tx) -> datetime | None:
    """Return when a held answer becomes a note by itself next, or None."""
    return holds.next_until(tx)


def settle(service: Service, now: datetime) -> int:
    """Let held answers become notes whose time is over; return how many did."""
    with service.store.read() as tx:
        due = holds.undecided(tx, now)
    done = 0
    for row in due:
        try:
            with service.store.write() as tx:
                done += _becomes_a_note(service, tx, row, now)
        except Exception as error:  # P12: whatever one mail makes us stumble over, the others are not kept from it.
            if not isinstance(error, Crossed):
                known = isinstance(error, MailsupportError)
                _log.error("hold_not_settled", ticket=row.ticket, error=str(error), exc_info=not known)
    return done


def _becomes_a_note(service: Service, tx: Tx, row: HoldRow, now: datetime) -> bool:
    number = row.ticket
    if number is None or not leases.one_at_a_time(tx, "sweep", wait=False) or not tickets.hold(tx, [number], wait=False):
        return False  # another daemon judges, or a mail about it comes in: the next sweep looks again
    ticket = tickets.ticket(tx, number)
    if ticket is None or not holds.noted(tx, row.id):
        return False
    mails.keep_inside(tx, row.mail, row.person)
    scene = Scene(service, tx, now, ticket.mailbox, ticket=number, mail=row.mail)
    scene.log("kept_as_note", row.person, {"hold": row.id, "mail": row.mail})
    staff = staff_of(contract_of(service, tx, ticket), ticket.mailbox, service.desk)
    act.perform(scene, [Notify("note", tuple(one for one in staff if one.key != row.person))])
    return True
