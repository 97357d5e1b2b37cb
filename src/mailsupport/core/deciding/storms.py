"""Is this mail one of a storm? Many new tickets of one sender in a short time become one (D5).

In: what the store counted. Out: the ticket that the mail is put on, or none; and what follows. Rules for editing here: nothing is
lost, and every mail of a storm stands on a ticket whose first clock runs: once somebody has answered that ticket, the next mail
opens another. Only the times at which the mails arrived count, so that a mailbox read after a month is no storm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from mailsupport.core.effects import Attach, Decision, Effect, TellOperator
from mailsupport.core.learned import NoteStorm

if TYPE_CHECKING:
    from mailsupport.core.deciding.arrival import Arrival

WINDOW = timedelta(minutes=10)
"""The time in which tickets of one sender are counted, and after which a storm without a further mail is over."""


@dataclass(frozen=True, slots=True)
class Storm:
    """Mails of one sender that go onto one ticket; `begins` with the first mail that does so."""

    name: str
    ticket: int
    begins: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """What the store knows of a sender in one mailbox: unanswered tickets within the window, the first of them, and the
    ticket of a storm under way with the time of its last mail."""

    tickets: int = 0
    first: int | None = None
    storm: int | None = None
    last: datetime | None = None


def storm_of(name: str, counted: Counted, limit: int, received_at: datetime) -> Storm | None:
    """Return the storm that a mail belongs to which would open a ticket; None when it is none, or `limit` is 0."""
    if limit <= 0:
        return None
    if counted.storm is not None and counted.last is not None and received_at - counted.last <= WINDOW:
        return Storm(name, counted.storm, begins=False)
    if counted.tickets >= limit and counted.first is not None:
        return Storm(name, counted.first, begins=True)
    return None


def join(arrival: Arrival, storm: Storm, flags: tuple[str, ...]) -> Decision:
    """Return what follows from a mail of a storm: it is kept on the first ticket, whose clock runs; the operator is told once."""
    sender = arrival.mail.sender.key
    reason = f"one of many mails of {sender} within {int(WINDOW.total_seconds() // 60)} minutes"
    further = NoteStorm(storm.name, storm.ticket, arrival.received_at)
    effects: list[Effect] = [Attach(public=True, flags=(*flags, reason)), further]
    if storm.begins:
        cure = f"look at `mailsupport ticket show {storm.ticket}`; a sender of no use can be blocked in [senders]"
        what = f"{sender} sends a storm of mails: from now on they all go onto ticket {storm.ticket}"
        effects.append(TellOperator(f"storm:{storm.ticket}", what, "each would be a ticket, a receipt and a notification", cure))
    return Decision("ticketed", reason, storm.ticket, tuple(effects))
