"""What the mails may see that answer one of ours by mail: it is held, it was done, a page that was asked for.

In: nothing. Out: classes. The rules for editing stand in `mail.contexts`; every field is explained by the string under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from mailsupport.core.said import Said
from mailsupport.mail.facts import Action, CommandGroup, CommandHelp, Happened, TicketFacts, TicketLine


@dataclass(frozen=True, slots=True)
class HeldContext:
    """Tells staff that their mail was not sent, why, and what to do."""

    templates: ClassVar[tuple[str, ...]] = ("staff/held",)

    why: Said
    """Why the mail was not sent (`|said(zone)`)."""
    person: str
    """To whom this mail goes."""
    zone: str
    """The reader's time zone."""
    words: str
    """Their text, so that nothing is lost."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    ticket: TicketFacts | None = None
    """The ticket; None when their mail named none."""
    advice: Said | None = None
    """What to do about it (`|said(zone)`); None when the choices say it."""
    suggestion: str = ""
    """The nearest command that exists; may be empty."""
    corrected: str = ""
    """The mail as it was probably meant; may be empty."""
    overtaken: bool = False
    """Whether a colleague has answered since its author read; the choices are then about two answers."""
    theirs: str = ""
    """What a colleague answered meanwhile; may be empty."""
    theirs_by: str = ""
    """Who did."""
    run: Action | None = None
    """Does what was probably meant."""
    send: Action | None = None
    """Sends it to the customer."""
    note: Action | None = None
    """Keeps it as an internal note."""
    discard: Action | None = None
    """Throws it away."""
    until: datetime | None = None
    """When it becomes a note by itself; None when it stays held."""


@dataclass(frozen=True, slots=True)
class DoneContext:
    """A short confirmation of what somebody's mail did."""

    templates: ClassVar[tuple[str, ...]] = ("staff/done",)

    person: str
    """To whom this mail goes."""
    zone: str
    """The reader's time zone."""
    done: tuple[Said, ...]
    """What was done, line by line (`|said(zone)`)."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    ticket: TicketFacts | None = None
    """The ticket; None when it is about none."""
    answer_by: datetime | None = None
    """The next deadline of the ticket; None when nothing is owed."""
    undo: Action | None = None
    """Takes the answer back, while it waits."""
    undo_until: datetime | None = None
    """Until when that is possible."""
    words: str = ""
    """The text of an answer that was taken back, so that nothing is lost; may be empty."""
    overdue: bool = False
    """Whether the next deadline is over."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """A page that one of us asked for by mail."""

    templates: ClassVar[tuple[str, ...]] = ("staff/page",)

    page: str
    """Code: history, status, mine or help (`|word("pages")`)."""
    person: str
    """To whom this mail goes."""
    zone: str
    """The reader's time zone."""
    now: datetime
    """The present instant."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    ticket: TicketFacts | None = None
    """The ticket; None when it is about none."""
    history: tuple[Happened, ...] = ()
    """What happened on the ticket, oldest first; on the page history."""
    tickets: tuple[TicketLine, ...] = ()
    """Open tickets, the most urgent first; on the pages status and mine."""
    more: int = 0
    """How many tickets are not listed."""
    commands: tuple[CommandHelp, ...] = ()
    """Every command; on the page help. One alone where its reader asked about that one (`|word("examples")`)."""
    groups: tuple[CommandGroup, ...] = ()
    """The commands by what one wants to do, those used most first; empty on a page about one."""
    again_at: datetime | None = None
    """From when on the reader gets pages again, where this is the last within the hour; else None."""


@dataclass(frozen=True, slots=True)
class NoticedContext:
    """Tells staff that somebody took notice of the alerts of several tickets by one reply: who waits for them still waits."""

    templates: ClassVar[tuple[str, ...]] = ("staff/noticed",)

    by: str
    """Who took notice."""
    tickets: tuple[TicketLine, ...]
    """The tickets that the reader may answer, in the order of the mail that told of them."""
    person: str
    """To whom this mail goes."""
    now: datetime
    """The present instant."""
    zone: str
    """The reader's time zone."""
    marker: str
    """The reader's token; must stand in the mail as [ref:…]."""
    words: str = ""
    """The note that came with it; may be empty."""
    more: int = 0
    """How many tickets are not listed."""
    own_address: str = ""
    """The reader's own address, for what names no ticket."""

    @property
    def total(self) -> int:
        """How many tickets."""
        return len(self.tickets) + self.more
