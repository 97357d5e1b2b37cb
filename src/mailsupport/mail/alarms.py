"""What escalation mails may see: the alert and the all-clear of one ticket, and those of several at once.

In: nothing. Out: classes. The rules for editing stand in `mail.contexts`; every field is explained by the string under it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import ClassVar, TypeVar

from mailsupport.mail.facts import Action, AssignTo, AwayOf, ClearedLine, DigestLine, Happened, TicketFacts, ToldOf, Upcoming

_Line = TypeVar("_Line", DigestLine, ClearedLine)

_TABLE = 75_000
"""Bytes of HTML that the rows of a table may take: with what stands around them a mail stays below what Gmail clips."""

_ROW, _LINK = 150, 330
"""Bytes of a row beside a stranger's words, and what a link adds to it beside its address."""


def _in_table(lines: Sequence[_Line]) -> tuple[_Line, ...]:
    """The first lines whose rows fit; one is always shown."""
    room = _TABLE
    for at, one in enumerate(lines):
        link = one.acknowledge if isinstance(one, DigestLine) else None
        words = _bytes_in_html(one.subject) + _bytes_in_html(one.whose)
        room -= _ROW + words + (_LINK + len(escape(link.mailto)) if link else 0)
        if room < 0:
            return tuple(lines[: max(at, 1)])
    return tuple(lines)


def _bytes_in_html(text: str) -> int:
    """How many bytes a text takes where what is no ASCII is written by its number (`mail.bodyparts`)."""
    return len(escape(text).encode("ascii", "xmlcharrefreplace"))


@dataclass(frozen=True, slots=True)
class AlertContext:
    """The escalation mail to one contact: complete in itself, internal, acknowledged by any reply."""

    templates: ClassVar[tuple[str, ...]] = ("escalation/alert",)

    cause: str
    """Code: first_response, next_response, resolution, priority, customer, staff or contact."""
    ticket: TicketFacts
    """The ticket."""
    person: str
    """To whom this mail goes."""
    now: datetime
    """The present instant."""
    zone: str
    """The reader's time zone."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    desk: str
    """Who we are: "Acme Support"."""
    step: int
    """Which step of the chain this is, from 1."""
    steps: int
    """How many steps the chain has."""
    role: str = ""
    """In which role the reader is told; may be empty."""
    round: int = 1
    """Which round of the chain this is, from 1."""
    rounds: int = 1
    """How many rounds the chain makes."""
    promised_at: datetime | None = None
    """The deadline that passed; None for causes without one."""
    by: str = ""
    """Who escalated, for causes staff, contact and customer; may be empty."""
    detail: str = ""
    """Why, in the words of whoever escalated, or why an answer counts no more; may be empty."""
    words: str = ""
    """The customer's unanswered words."""
    words_at: datetime | None = None
    """When they came in."""
    so_far: tuple[Happened, ...] = ()
    """What happened until now, oldest first."""
    told: tuple[ToldOf, ...] = ()
    """Who was told before, oldest first."""
    upcoming: tuple[Upcoming, ...] = ()
    """Who will be told if nothing happens, next first; empty when the reader is the last."""
    reply_freezes: int = 0
    """For how many seconds a plain reply lets the chain rest."""
    acknowledge_freezes: int = 0
    """For how many seconds an acknowledgement lets the chain rest."""
    unread: tuple[str, ...] = ()
    """Mailboxes that could not be read up to the deadline: an answer may lie there."""
    late_because: str = ""
    """Why this alert itself comes late; may be empty."""
    take_over: Action | None = None
    """The reader answers the customer, or sees to it."""
    acknowledge: Action | None = None
    """The reader has taken notice."""
    not_me: Action | None = None
    """The next one is told at once."""
    deescalate: Action | None = None
    """Ends the escalation, with a reason written behind it; None for causes that an answer ends."""
    assign: tuple[AssignTo, ...] = ()
    """Those who answer and are the likeliest to have it: whoever has it or answered last, and whoever has the fewest."""
    answer: Action | None = None
    """Writes to the customer: what stands in that mail goes out."""
    stands_in_for: tuple[AwayOf, ...] = ()
    """Those who are away, and for whom the reader is told; may be empty."""
    own_address: str = ""
    """The reader's own address, for what names no ticket."""

    @property
    def seconds_late(self) -> int:
        """Seconds since `promised_at`; 0 before it and where nothing was promised."""
        return max(0, int((self.now - self.promised_at).total_seconds())) if self.promised_at else 0


@dataclass(frozen=True, slots=True)
class AllClearContext:
    """Tells everybody who had an alert that it is over, and whether the request waits again."""

    templates: ClassVar[tuple[str, ...]] = ("escalation/all_clear",)

    reason: str
    """Code: answered, closed, deescalated or excused."""
    ticket: TicketFacts
    """The ticket."""
    person: str
    """To whom this mail goes."""
    at: datetime
    """When it was answered (or closed …)."""
    zone: str
    """The reader's time zone."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    desk: str
    """Who we are: "Acme Support"."""
    by: str = ""
    """Who did it; may be empty."""
    seconds_late: int = 0
    """How late it came, in seconds; 0 when in time or when nothing was promised."""
    words: str = ""
    """What the customer was answered; may be empty."""
    told: tuple[ToldOf, ...] = ()
    """Who had been told, oldest first."""
    detail: str = ""
    """Why it ended without an answer, in the words of whoever ended it; may be empty."""
    again: bool = False
    """Whether the request has come to wait for an answer again since."""
    own_address: str = ""
    """The reader's own address, for what names no ticket."""


@dataclass(frozen=True, slots=True)
class DigestContext:
    """Alerts one contact of several tickets at once; any reply acknowledges them all."""

    templates: ClassVar[tuple[str, ...]] = ("escalation/digest",)

    lines: tuple[DigestLine, ...]
    """The tickets: highest priority first, then those furthest up their chain, then the longest overdue."""
    person: str
    """To whom this mail goes."""
    now: datetime
    """The present instant."""
    zone: str
    """The reader's time zone."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    desk: str
    """Who we are: "Acme Support"."""
    reply_freezes: int = 0
    """For how many seconds at least a plain reply lets each chain rest."""
    acknowledge_freezes: int = 0
    """For how many seconds at least an acknowledgement lets each chain rest."""
    unread: tuple[str, ...] = ()
    """Mailboxes that could not be read up to the deadline: an answer may lie there."""
    late: bool = False
    """Whether some of these alerts come late, because mailsupport was not running."""
    acknowledge: Action | None = None
    """The reader has taken notice of all of them."""
    stands_in_for: tuple[AwayOf, ...] = ()
    """Those who are away, and for whom the reader is told of some; may be empty."""
    own_address: str = ""
    """The reader's own address, for what names no ticket."""

    @property
    def total(self) -> int:
        """How many tickets."""
        return len(self.lines)

    @property
    def in_table(self) -> tuple[DigestLine, ...]:
        """Those that the HTML form shows, as many as no mail program clips; all of them stand in the text."""
        return _in_table(self.lines)


@dataclass(frozen=True, slots=True)
class AllClearsContext:
    """Tells somebody who had alerts of several tickets that they are over, and which of them wait again."""

    templates: ClassVar[tuple[str, ...]] = ("escalation/all_clears",)

    lines: tuple[ClearedLine, ...]
    """The tickets, in the order in which they ended."""
    person: str
    """To whom this mail goes."""
    zone: str
    """The reader's time zone."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    desk: str
    """Who we are: "Acme Support"."""
    own_address: str = ""
    """The reader's own address, for what names no ticket."""

    @property
    def total(self) -> int:
        """How many tickets."""
        return len(self.lines)

    @property
    def again(self) -> int:
        """How many of them have come to wait for an answer again since."""
        return sum(one.again for one in self.lines)

    @property
    def in_table(self) -> tuple[ClearedLine, ...]:
        """Those that the HTML form shows, as many as no mail program clips; all of them stand in the text."""
        return _in_table(self.lines)
