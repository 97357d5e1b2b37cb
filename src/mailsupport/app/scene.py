"""The scene in which effects become rows: the transaction, the ticket, the mail at hand, and the time.

Small on purpose: `app.act` and `app.post` both play in it, and neither owns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailsupport.app.service import Service
from mailsupport.core.desk import Contract, Customer, Mailbox
from mailsupport.core.model import Mail, Ticket
from mailsupport.store import Tx, history, tickets

__all__ = ["Scene", "Tx"]


@dataclass(slots=True)
class Scene:
    """One transaction's work on one ticket.

    `ticket` and `mail` are numbers, known once their rows exist; `reading` and `raw` are the mail at hand, `reply` a
    server's words.
    """

    service: Service
    tx: Tx
    now: datetime
    mailbox: str
    ticket: int | None = None
    mail: int | None = None
    reading: Mail | None = None
    raw: bytes = b""
    reply: str = ""
    actor: str = "mailsupport"

    @property
    def number(self) -> int:
        """The ticket's number; a programming error where an effect needs a ticket and there is none."""
        if self.ticket is None:
            raise LookupError("this effect needs a ticket")
        return self.ticket

    @property
    def held(self) -> int:
        """The mail's number; a programming error where an effect needs a mail and there is none."""
        if self.mail is None:
            raise LookupError("this effect needs a mail")
        return self.mail

    def subject(self) -> Ticket:
        """Return the ticket as it stands in this transaction."""
        found = tickets.ticket(self.tx, self.number)
        if found is None:
            raise LookupError(f"ticket {self.number} does not exist")
        return found

    @property
    def contract(self) -> Contract:
        """The ticket's contract, or the default one when the settings dropped it."""
        desk = self.service.desk
        return desk.contracts.get(self.subject().contract) or desk.contracts[desk.default_contract]

    @property
    def box(self) -> Mailbox:
        """The mailbox that mails about this ticket come from."""
        boxes = self.service.desk.mailboxes
        return boxes.get(self.mailbox) or next(iter(boxes.values()))

    def customer_of(self, ticket: Ticket) -> Customer | None:
        """Return the ticket's customer, when it is known."""
        return self.service.desk.customers.get(ticket.customer)

    def log(self, event: str, actor: str, data: Mapping[str, Any], *, at: datetime | None = None) -> None:
        """Add a line to the ticket's history."""
        history.log(self.tx, self.ticket, at or self.now, actor, event, data)
