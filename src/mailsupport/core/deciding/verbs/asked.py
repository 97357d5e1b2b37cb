"""What a verb is given, and what it gives back. A verb decides and does nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailsupport.core.deciding.arrival import Arrival
from mailsupport.core.desk import Desk, Person
from mailsupport.core.effects import Effect
from mailsupport.core.model import State, Ticket
from mailsupport.core.reading.commands import Request
from mailsupport.core.said import Said


@dataclass(frozen=True, slots=True)
class Asked:
    """One command on one ticket: `value` is the rest of its line, `request` the whole mail's request."""

    verb: str
    value: str
    request: Request
    arrival: Arrival
    ticket: Ticket
    person: Person
    desk: Desk

    @property
    def over(self) -> bool:
        """Whether nobody waits on the ticket once the mail is obeyed: then there is nothing to escalate."""
        ended = self.ticket.state is State.CLOSED and not self.request.has("reopen")
        return ended or self.request.has("close", "spam", "merge")


@dataclass(frozen=True, slots=True)
class Done:
    """The verb can be obeyed: the effects in the order in which they are to become rows, and what its author is told."""

    effects: tuple[Effect, ...]
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The verb cannot be obeyed, and so nothing of the mail is: why, and what to write instead."""

    why: Said
    advice: Said | None = None


Verb = Callable[[Asked], Done | Refused]
