"""What the short notices may see: confirm, undelivered, and the operator's mails.

In: nothing. Out: classes. The rules for editing stand in `mail.contexts`; every field is explained by the string under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from mailsupport.mail.facts import Action, Fact, GapFact, IgnoredGroup, IgnoredMail, TicketFacts


@dataclass(frozen=True, slots=True)
class ConfirmContext:
    """Asks staff whether an answer seen in Cc was really theirs."""

    templates: ClassVar[tuple[str, ...]] = ("staff/confirm",)

    ticket: TicketFacts
    """The ticket."""
    person: str
    """To whom this mail goes."""
    zone: str
    """The reader's time zone."""
    seen_at: datetime
    """When the answer was seen."""
    words: str
    """The answer that was seen."""
    code: str = ""
    """What to reply to say yes: "confirm CODE"; empty when any reply does."""
    to: tuple[str, ...] = ()
    """To whom the answer went."""
    until: datetime | None = None
    """Until when alerts wait for the confirmation."""
    confirm: Action | None = None
    """Says that it was theirs."""


@dataclass(frozen=True, slots=True)
class UndeliveredContext:
    """Tells staff that an answer did not reach the customer."""

    templates: ClassVar[tuple[str, ...]] = ("staff/undelivered",)

    ticket: TicketFacts
    """The ticket."""
    person: str
    """To whom this mail goes."""
    zone: str
    """The reader's time zone."""
    at: datetime
    """When it failed."""
    recipients: tuple[str, ...]
    """The addresses that were not reached."""
    reply: str
    """The server's words."""
    words: str
    """The answer that was not delivered."""
    answer_by: datetime | None = None
    """The deadline that runs again; None when none does."""
    next_try: datetime | None = None
    """When it is tried again; None when it was refused for good."""


@dataclass(frozen=True, slots=True)
class OperatorContext:
    """Tells the operator what is stuck, why, and what to do about it."""

    templates: ClassVar[tuple[str, ...]] = ("operator/notice",)

    what: str
    """What happened, in one line."""
    why: str
    """What is known about the reason."""
    cure: str
    """What to do about it."""
    at: datetime
    """When it was noticed."""
    zone: str
    """The operator's time zone."""
    facts: tuple[Fact, ...] = ()
    """Names and values that help."""


@dataclass(frozen=True, slots=True)
class IgnoredContext:
    """Tells the operator once a day which mails were ignored, and why."""

    templates: ClassVar[tuple[str, ...]] = ("operator/ignored",)

    total: int
    """How many mails."""
    since: datetime
    """When the first of them arrived."""
    zone: str
    """The operator's time zone."""
    groups: tuple[IgnoredGroup, ...]
    """How many for which reason, the most frequent first."""
    mails: tuple[IgnoredMail, ...]
    """The mails one by one, newest first; not those of blocked senders."""
    more: int = 0
    """How many are not listed one by one."""


@dataclass(frozen=True, slots=True)
class GapsContext:
    """Tells the operator once a week where a chain will reach nobody, or fail in another way."""

    templates: ClassVar[tuple[str, ...]] = ("operator/gaps",)

    total: int
    """How many gaps."""
    days: int
    """How many days ahead were looked at."""
    zone: str
    """The operator's time zone."""
    gaps: tuple[GapFact, ...]
    """The gaps, chain by chain."""
    more: int = 0
    """How many are not listed."""
