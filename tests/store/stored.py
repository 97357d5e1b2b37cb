"""What the tests of the store put into it: a ticket, a mail, an alert on its way, with everything no test cares about."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from mailsupport.core.guard import Cause, Chain, ChainState
from mailsupport.core.model import Address, Kind, Priority, State
from mailsupport.store import Tx, chains, mailboxes, mails, outbox, tickets
from mailsupport.store.chains import Claim
from mailsupport.store.rows import IN, PUBLIC, FolderRow, LedgerRow, NewMail, NewOutgoing, NewTicket
from mailsupport.store.schema import ledger

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CUSTOMER = Address("Carla Customer", "Carla@customer.example")
ANNA = Address("Anna", "anna@acme.example")


def after(**time: float) -> datetime:
    """Noon, and that much later."""
    return NOON + timedelta(**time)


def hash_of(message_id: str) -> str:
    """The content hash that a mail of that id gets here."""
    return hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).hexdigest()


def a_ticket(tx: Tx, **fields: Any) -> int:
    """A new ticket of Carla's."""
    usual: dict[str, Any] = {
        "subject": "Printer on fire",
        "state": State.NEW,
        "priority": Priority.NORMAL,
        "mailbox": "support",
        "contract": "standard",
        "contract_version": "v1",
        "customer": "",
        "language": "en",
        "requester": CUSTOMER,
        "received_at": NOON,
        "opened_at": NOON,
    }
    return tickets.open_ticket(tx, NewTicket(**(usual | fields)))


def new_mail(message_id: str = "m1@customer.example", **fields: Any) -> NewMail:
    """A mail of Carla's that is on no ticket."""
    usual: dict[str, Any] = {
        "message_id": message_id,
        "content_hash": hash_of(message_id),
        "direction": IN,
        "ticket": None,
        "kind": Kind.CUSTOMER,
        "visibility": PUBLIC,
        "author": CUSTOMER,
        "subject": "Printer on fire",
        "received_at": NOON,
        "stored_at": NOON,
        "size": 1000,
    }
    return NewMail(**(usual | fields))


def a_mail(
    tx: Tx, message_id: str = "m1@customer.example", names: tuple[str, ...] = (), data: bytes | None = b"raw", **fields: Any
) -> int:
    """A stored mail of Carla's; `names` are the ids it names."""
    return mails.store_mail(tx, new_mail(message_id, **fields), data, names)


def an_answer(tx: Tx, ticket: int, message_id: str = "a1@acme.example", **fields: Any) -> int:
    """A stored answer of Anna's."""
    usual = {"ticket": ticket, "kind": Kind.STAFF, "author": ANNA, "person": "anna"}
    return a_mail(tx, message_id, **(usual | fields))


def a_folder(**fields: Any) -> FolderRow:
    """The inbox of the support mailbox, just started."""
    usual: dict[str, Any] = {"mailbox": "support", "name": "INBOX", "role": "inbox", "uidvalidity": 7, "cursor": 0}
    return FolderRow(**(usual | fields))


def an_entry(uid: int, mail: int | None = None, **fields: Any) -> LedgerRow:
    """The ledger row of a mail in that inbox."""
    usual: dict[str, Any] = {
        "mailbox": "support",
        "folder": "INBOX",
        "uidvalidity": 7,
        "uid": uid,
        "state": "ticketed",
        "reason": "a new mail",
        "mail": mail,
        "received_at": NOON,
        "taken_at": NOON,
        "size": 1000,
    }
    return LedgerRow(**(usual | fields))


def an_outgoing(tx: Tx, message_id: str = "o1@acme.example", to: tuple[str, ...] = ("ben@acme.example",), **fields: Any) -> int:
    """An alert in the outbox, due at noon."""
    usual: dict[str, Any] = {
        "message_id": message_id,
        "kind": "alert",
        "rank": 10,
        "mailbox": "support",
        "sender": "support@acme.example",
        "subject": "Nobody has answered",
        "data": b"Subject: Nobody has answered\r\n\r\nPlease do.\r\n",
        "created_at": NOON,
    }
    return outbox.put(tx, NewOutgoing(**(usual | fields)), to)


def a_chain(ticket: int, **fields: Any) -> Chain:
    """An active chain that goes on at noon."""
    usual: dict[str, Any] = {
        "ticket": ticket,
        "state": ChainState.ACTIVE,
        "cause": Cause.FIRST_RESPONSE,
        "cycle": 0,
        "step": -1,
        "round": 0,
        "opened_at": NOON,
        "next_at": NOON,
    }
    return Chain(**(usual | fields))


def a_firing(tx: Tx, ticket: int, step: int = 0, at: datetime = NOON, cycle: int = 0, reason: str = "nobody answered") -> int:
    """A step of the first_response chain that has just fired."""
    (fired,) = chains.fire(tx, [Claim(ticket, Cause.FIRST_RESPONSE, cycle, 0, step, reason)], at)
    assert fired is not None
    return fired


def enter(tx: Tx, row: LedgerRow) -> int:
    """Enter what became of a UID; returns the row's number."""
    mailboxes.enter_all(tx, [row])
    return int(tx.execute(select(func.max(ledger.c.id))).scalar_one())
