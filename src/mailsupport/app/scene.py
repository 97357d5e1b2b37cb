"""The scene in which effects become rows: the transaction, the ticket, the mail at hand, and the time.

Small on purpose: `app.act` and `app.letters.post` both play in it, and neither owns it. What a scene has read of its ticket it
keeps, for several letters tell of the same: whoever changes such a row says so here (`know`, `forget_clocks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from mailsupport.app.agreements import contract_of
from mailsupport.app.service import Service
from mailsupport.core.desk import Contract, Customer, Desk, Mailbox
from mailsupport.core.guard import Chain, Clock
from mailsupport.core.model import Mail, Ticket
from mailsupport.ports import RecipientResult
from mailsupport.store import Tx, chains, clocks, history, mails, tickets
from mailsupport.store.digests import Turn
from mailsupport.store.rows import MailRow

__all__ = ["Scene", "Tx"]


@dataclass(slots=True)
class Shared:
    """What the scenes of one sweep know together: until when further mails to somebody wait, and who is away (`desk`).

    `turns` are those taken in the transaction under way, by kind of mail and address (`app.turns`).
    """

    waits: dict[tuple[str, str], datetime] = field(default_factory=dict)
    turns: dict[tuple[str, str], Turn] = field(default_factory=dict)
    desk: Desk | None = None

    def forget(self) -> None:
        """Ask again: a transaction in which some of it was written has failed."""
        self.waits.clear()
        self.turns.clear()


@dataclass(slots=True)
class Scene:
    """One transaction's work on one ticket.

    `ticket` and `mail` are numbers, known once their rows exist; `reading` and `raw` are the mail at hand, `reply` a
    server's words, `refused` the recipients it did not take.
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
    refused: tuple[RecipientResult, ...] = ()
    actor: str = "mailsupport"
    shared: Shared = field(default_factory=Shared)
    _tickets: dict[int, Ticket] = field(default_factory=dict)
    _chains: dict[int, Chain | None] = field(default_factory=dict)
    _clocks: dict[int, tuple[Clock, ...]] = field(default_factory=dict)
    _mails: dict[int, MailRow] = field(default_factory=dict)

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
        found = self._tickets.get(self.number) or tickets.ticket(self.tx, self.number)
        if found is None:
            raise LookupError(f"ticket {self.number} does not exist")
        self._tickets[found.number] = found
        return found

    def clocks(self) -> tuple[Clock, ...]:
        """Return every cycle of every clock of the ticket, oldest first."""
        if self.number not in self._clocks:
            self._clocks[self.number] = tuple(clocks.clocks_of(self.tx, self.number))
        return self._clocks[self.number]

    def chain(self) -> Chain | None:
        """Return the ticket's chain as it stands in this transaction, or None when it never had one."""
        if self.number not in self._chains:
            self._chains[self.number] = chains.chain(self.tx, self.number)
        return self._chains[self.number]

    def know_chain(self, chain: Chain | None) -> None:
        """Keep what somebody has just read or written of the ticket's chain."""
        self._chains[self.number] = chain

    def forget_chain(self) -> None:
        """Read the chain again when it is asked for: it was changed, or somebody was told."""
        self._chains.pop(self.number, None)

    def about(self) -> MailRow | None:
        """Return the mail at hand as it is stored, or None when there is none."""
        if self.mail is None:
            return None
        found = self._mails.get(self.mail) or mails.mail_row(self.tx, self.mail)
        if found is not None:
            self._mails[found.id] = found
        return found

    def know(self, ticket: Ticket | None = None, clocks: tuple[Clock, ...] | None = None, mail: MailRow | None = None) -> None:
        """Keep what somebody has just read or written: the ticket, its clocks (then of that ticket), the mail at hand."""
        if ticket is not None:
            self._tickets[ticket.number] = ticket
        if clocks is not None:
            self._clocks[ticket.number if ticket is not None else self.number] = clocks
        if mail is not None:
            self._mails[mail.id] = mail

    def change(self, **columns: Any) -> None:
        """Set columns of the ticket, by their names in the schema."""
        ticket = self.subject()
        tickets.change_ticket(self.tx, ticket.number, **columns)
        self.know(replace(ticket, **columns))

    def forget_clocks(self) -> None:
        """Read the clocks again when they are asked for: one was started, stopped or lapsed."""
        self._clocks.clear()

    @property
    def contract(self) -> Contract:
        """The contract that counts for the ticket: as it was agreed, or the default one when nobody knows it any more."""
        return contract_of(self.service, self.tx, self.subject())

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
