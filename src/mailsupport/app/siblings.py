"""A mail that was here before, and sent mails whose parent comes after them: how copies and families meet.

The same mail (Message-ID and content) in several folders or mailboxes is one mail on one ticket (P2). One exception counts:
a copy in the Sent folder proves an answer that until then only claimed to be one. A sent mail that was read before its
parent waits, and is decided when the parent comes, at its own time (DESIGN §5 Staff by mail).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from mailsupport.app import act
from mailsupport.app.crashpoints import reach
from mailsupport.app.gathering import Origin, gather
from mailsupport.app.scene import Scene, Tx
from mailsupport.app.service import Service
from mailsupport.core.deciding import staff_mail
from mailsupport.core.model import Mail
from mailsupport.store import history, mails
from mailsupport.store.rows import PUBLIC


def again(
    service: Service, tx: Tx, origin: Origin, mail: Mail, number: int, received_at: datetime, now: datetime
) -> tuple[str, str]:
    """Decide about a further copy of the stored mail `number`; returns the ledger's state and reason."""
    stored = mails.mail_row(tx, number)
    ticket = stored.ticket if stored is not None else None
    history.log(
        tx, ticket, now, "mailsupport", "also_received", {"mailbox": origin.mailbox, "sent": origin.from_sent, "mail": number}
    )
    if stored is not None and origin.from_sent and ticket is not None and stored.visibility != PUBLIC:
        _count_as_answer(service, tx, origin, mail, number, received_at, now)
    return ("ticketed" if ticket is not None else "ignored"), f"the same mail as number {number}"


def adopt(service: Service, tx: Tx, origin: Origin, parent: Mail, now: datetime) -> None:
    """Decide about the sent mails that waited for this parent."""
    for number in mails.waiting_for(tx, parent.message_id):
        raw, stored = mails.raw_of(tx, number), mails.mail_row(tx, number)
        reading = service.reading(raw)
        if reading is not None and stored is not None:
            _count_as_answer(service, tx, replace(origin, from_sent=True), reading, number, stored.received_at, now)
            reach("intake.adopted")


def _count_as_answer(
    service: Service, tx: Tx, origin: Origin, mail: Mail, number: int, received_at: datetime, now: datetime
) -> None:
    arrival = gather(service, tx, origin, mail, received_at, now)
    decision = staff_mail.follow_sent(arrival, service.desk)
    if decision.state != "ticketed" or decision.ticket is None:
        return
    act.carry_out_stored(Scene(service, tx, now, origin.mailbox, reading=mail), decision, number)
