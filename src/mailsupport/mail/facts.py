"""The pieces that contexts are made of: a ticket, an action, a line of history.

In: nothing. Out: classes. The rules for editing stand in `mail.contexts`; every field is explained by the string under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

UNKNOWN_SENDER = "unknown sender"
"""Who wrote a mail without From, where no language says it (`words.toml`, unknown_sender)."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something the reader can do: a button in HTML, a command line in text."""

    mailto: str
    """The link that opens a ready mail (`mail.compose.mailto`)."""
    command: str = ""
    """What does the same as the first line of a reply, such as "/take"."""


@dataclass(frozen=True, slots=True)
class AssignTo:
    """Somebody who can be given the ticket by one button."""

    name: str
    """Who."""
    action: Action
    """Gives it to them."""


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A ticket as staff, contacts and operator see it."""

    tag: str
    """The number with its check characters: "#4711-k3"."""
    subject: str
    """The customer's subject; may be empty."""
    requester_address: str
    """The address of whoever asked."""
    received_at: datetime
    """When the request came in."""
    requester_name: str = ""
    """The name of whoever asked, as their mail gave it; may be empty and proves nothing."""
    customer: str = ""
    """The customer's organisation; empty when nobody knows it."""
    contract: str = ""
    """The name of the contract."""
    promise: str = ""
    """The promise in words: "1 h, around the clock"; may be empty."""
    value: str = ""
    """What the contract is worth, as the settings say; may be empty."""
    priority: str = "normal"
    """Code: low, normal, high or critical (`|word("priorities")`)."""
    missed: int = 0
    """How many deadlines of this customer passed unkept in the last 90 days; counted for alerts, else 0."""

    @property
    def requester(self) -> str:
        """The requester's name, or the address where there is none; words for nobody known when there is neither."""
        return self.requester_name or self.requester_address or UNKNOWN_SENDER

    @property
    def whose(self) -> str:
        """The customer's organisation, or the requester's address: a stranger's name is theirs to choose (attack 20)."""
        return self.customer or self.requester_address or self.requester


@dataclass(frozen=True, slots=True)
class Attached:
    """An attachment of the customer's mail."""

    name: str
    """Its name, cleaned."""
    size: int
    """Its size in bytes (`|size`)."""
    included: bool = False
    """Whether it travels with this mail."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a history (`|happened` makes the sentence)."""

    at: datetime
    """When."""
    event: str
    """Code: received, receipt, notified, warned, alerted, acknowledged, answered, noted, bounced … (`words.toml`, [events])."""
    who: str = ""
    """Who did it or was meant; may be empty."""
    detail: str = ""
    """What else is to be said; may be empty."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another ticket of the same customer."""

    tag: str
    """Its number."""
    subject: str
    """Its subject."""
    state: str
    """Code: new, open, answered or closed (`|word("states")`)."""
    at: datetime
    """When something last happened on it."""


@dataclass(frozen=True, slots=True)
class ToldOf:
    """Somebody who was sent an alert of this chain before."""

    name: str
    """Who."""
    at: datetime
    """When."""
    outcome: str
    """Code: waiting, queued, accepted, refused, bounced, auto_replied, unknown or acknowledged (`|word("outcomes")`)."""
    role: str = ""
    """In which role, as the chain names it; may be empty."""


@dataclass(frozen=True, slots=True)
class DigestLine:
    """A ticket in a mail that alerts of several."""

    tag: str
    """Its number with its check characters."""
    number: int
    """Its number, as `/ack` takes it."""
    subject: str
    """Its subject, cut; may be empty."""
    whose: str
    """The customer's organisation, or the requester where there is none, cut; empty where nobody is known (`|somebody`)."""
    at: datetime
    """The deadline that passed; for causes without one, when the alert was due."""
    cause: str
    """Code: first_response, next_response, resolution, priority, customer, staff … (`|word("causes")`)."""
    step: int
    """Which step of its chain this is, from 1."""
    steps: int
    """How many steps its chain has."""
    state: str
    """Code: new, open, answered or closed (`|word("states")`)."""
    priority: str = "normal"
    """Code: low, normal, high or critical (`|word("priorities")`)."""
    acknowledge: Action | None = None
    """The reader has taken notice of this one; None where the mail would grow too long."""


@dataclass(frozen=True, slots=True)
class ClearedLine:
    """A ticket in a mail that says of several that they are over."""

    tag: str
    """Its number with its check characters."""
    subject: str
    """Its subject, cut; may be empty."""
    whose: str
    """The customer's organisation, or the requester where there is none, cut; empty where nobody is known (`|somebody`)."""
    reason: str
    """Code: answered, closed, deescalated or excused (`|word("endings")`)."""
    at: datetime
    """When it was answered (or closed …)."""
    by: str = ""
    """Who did it; may be empty."""
    again: bool = False
    """Whether it has come to wait for an answer again since."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """Somebody who will be told if nothing happens."""

    name: str
    """Who."""
    at: datetime
    """When."""
    role: str = ""
    """In which role, as the chain names it; may be empty."""


@dataclass(frozen=True, slots=True)
class AwayOf:
    """Somebody who is away, and for whom the reader stands in."""

    name: str
    """Who."""
    until: datetime
    """When they are back."""


@dataclass(frozen=True, slots=True)
class TicketLine:
    """An open ticket in a list."""

    tag: str
    """Its number with its check characters."""
    subject: str
    """Its subject."""
    whose: str
    """The customer's organisation, or the requester; empty where nobody is known (`|somebody`)."""
    state: str
    """Code: new, open or answered (`|word("states")`)."""
    priority: str = "normal"
    """Code: low, normal, high or critical (`|word("priorities")`)."""
    due_at: datetime | None = None
    """The next deadline; None when nothing is owed."""
    overdue: bool = False
    """Whether it has passed."""
    assignee: str = ""
    """Who answers it; empty while nobody does."""


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """A command, for the page that explains all."""

    verb: str
    """The verb: what it does stands in `words.toml`, [help] (`|word("help")`)."""
    words: tuple[str, ...] = ()
    """Other words for it in English; those of a language stand in its `words.toml` (`|word("commands")`)."""


@dataclass(frozen=True, slots=True)
class CommandGroup:
    """Commands for one thing that somebody wants to do."""

    name: str
    """Code: answer, own, alert, plan, ticket, record or look (`|word("groups")`)."""
    first: tuple[str, ...]
    """The verbs used most: how they are written stands in `words.toml`, [usage] (`|word("usage")`)."""
    also: tuple[str, ...] = ()
    """The other verbs."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value for the operator."""

    name: str
    """What it is."""
    value: str
    """What it is worth."""


@dataclass(frozen=True, slots=True)
class GapFact:
    """Something about a chain that will fail."""

    kind: str
    """Code: nobody, left_out, one_person, no_round, suspect, holidays or ends."""
    contract: str
    """The contract; empty for suspect and holidays."""
    customers: tuple[str, ...] = ()
    """The customers whose chain it is, some of them; empty for everybody of the contract."""
    more_customers: int = 0
    """How many customers are not named."""
    step: int = 0
    """Which step of the chain, from 1; 0 for the whole chain."""
    subject: str = ""
    """The target, person or calendar it is about, or the contract that counts after one that ends; may be empty."""
    start: datetime | None = None
    """From when on; None when that is always so."""
    end: datetime | None = None
    """Until when."""
    times: int = 0
    """How many times in that time."""
    seconds: int = 0
    """How many seconds in which alerts go out fall into it."""
    reasons: tuple[str, ...] = ()
    """Why, one sentence each."""


@dataclass(frozen=True, slots=True)
class IgnoredGroup:
    """Mails that were ignored for one reason."""

    reason: str
    """Why."""
    count: int
    """How many."""


@dataclass(frozen=True, slots=True)
class IgnoredMail:
    """A mail that was ignored."""

    number: int
    """What `mailsupport quarantine retry` calls it."""
    at: datetime
    """When it arrived."""
    sender: str
    """The address in From; may be empty."""
    subject: str
    """Its subject."""
    reason: str
    """Why it was ignored."""
