"""What is told of a transaction once it is committed: the things that happened, for whoever keeps the log.

In: events by name, while the transaction lasts. Out: the same, in their order, to the store's listener, after the commit and
outside its locks; a savepoint that fails, or the whole transaction, takes its events with it. Rule for editing here: nothing is
judged or worded, and without a listener nothing costs more than a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

_KEY = "mailsupport.told"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: its name, the ticket if it is about one, who did it, and plain values."""

    event: str
    ticket: int | None
    actor: str
    data: Mapping[str, Any]


Listener = Callable[[Sequence[Happening]], None]


def begin(tx: Connection) -> None:
    """Begin with nothing told."""
    tx.info[_KEY] = []


def tell(tx: Connection, event: str, ticket: int | None, actor: str, data: Mapping[str, Any]) -> None:
    """Have this told when the transaction is committed."""
    tx.info[_KEY].append(Happening(event, ticket, actor, data))


def mark(tx: Connection) -> int:
    """Return how much was told so far; a savepoint begins with it."""
    return len(tx.info[_KEY])


def back_to(tx: Connection, marked: int) -> None:
    """Forget what was told since the mark."""
    del tx.info[_KEY][marked:]


def happened(tx: Connection) -> Sequence[Happening]:
    """Return what is to be told."""
    found: list[Happening] = tx.info[_KEY]
    return found
