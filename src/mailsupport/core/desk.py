"""The desk as it is set up: people, contracts, calendars, chains, mailboxes. Frozen values, made once from the settings.

The rules that read these values live elsewhere: `core.judging.routing` (whose contract), `core.timing.worktime` and
`core.timing.clock` (when), `core.reaching.escalation` (who hears next). Every address here is lower case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mailsupport.core.model import Priority
from mailsupport.core.sayings import Sayings


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of ours. `key` names the person in the settings and in tokens; a bare address is its own key."""

    key: str
    name: str
    addresses: tuple[str, ...]
    roles: tuple[str, ...] = ()
    language: str = ""
    timezone: str = ""
    deputy: str = ""

    @property
    def address(self) -> str:
        """Where mail to this person goes."""
        return self.addresses[0]


Interval = tuple[int, int]
"""Minutes from local midnight, half-open; the end may be above 1440 when the interval crosses midnight."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Open hours in an IANA zone. An interval belongs to the day it starts on.

    `week` holds Monday to Sunday; `closed` are dates, `closed_yearly` (month, day) pairs, `holidays` dates from a country's
    rules or a file; `extra_open` replaces a date's hours and wins over all of them.
    """

    name: str
    timezone: str
    week: tuple[tuple[Interval, ...], ...]
    closed: frozenset[date] = frozenset()
    closed_yearly: frozenset[tuple[int, int]] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)
    extra_open: Mapping[date, tuple[Interval, ...]] = field(default_factory=dict)
    always: bool = False


class Turn(StrEnum):
    """In which unit a rotation's turns are counted."""

    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Override:
    """Another plan for a rotation in [start, end) (UTC): whoever is in `add` is on duty, whoever is in `remove` is not."""

    start: datetime
    end: datetime
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who are on duty in turn. `start` is wall time of its zone, when a turn of the first of them begins.

    A turn is `length` hours, days, weeks or months. Where there are `hours`, nobody is on duty while they are closed.
    """

    name: str
    timezone: str
    turn: Turn
    length: int
    start: datetime
    people: tuple[str, ...]
    hours: Calendar | None = None
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is not there in [start, end) (UTC); `deputy` stands in, or where it is "" the person's own deputy."""

    person: str
    start: datetime
    end: datetime
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """How much time a promise gives: open seconds, or business days (`days` > 0, until closing when `end_of_day`)."""

    seconds: int = 0
    days: int = 0
    end_of_day: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """When to warn before a deadline: at `percent` of the working time, or (percent 0) `before` working seconds ahead of it."""

    percent: int = 0
    before: int = 0
    text: str = ""


class Hours(StrEnum):
    """When a chain may mail."""

    CONTRACT = "contract"
    """In the calendar's open time; causes `priority` and `customer` ignore it."""
    ALWAYS = "always"
    """At any hour."""
    STRICT = "strict"
    """In the calendar's open time, whatever the cause."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: targets are roles, rotations, person keys or addresses; `wait` in seconds before it fires."""

    targets: tuple[str, ...]
    wait: int


@dataclass(frozen=True, slots=True)
class Contract:
    """What a customer was promised. `version` is a digest of everything here; a ticket remembers the one it got.

    It holds from the first day to the last (`valid_from`, `valid_to`: local dates of the calendar, both included, None: open).
    Where there is `customer_escalation`, a word of the customer starts the chain. `pause_for` names whom waiting for pauses the
    resolution: customer, vendor. `escalation_close` are seconds around the clock.
    """

    name: str
    version: str
    calendar: Calendar
    first_response: Mapping[Priority, Target]
    steps: tuple[Step, ...]
    rounds: int = 1
    repeat_from: int = 0
    hours: Hours = Hours.CONTRACT
    ack_stops: int = 7200
    staff: tuple[str, ...] = ()
    immediate: frozenset[Priority] = frozenset()
    next_response: Mapping[Priority, Target] = field(default_factory=dict)
    resolution: Mapping[Priority, Target] = field(default_factory=dict)
    progress_update: Mapping[Priority, Target] = field(default_factory=dict)
    escalation_close: int = 0
    warn_at: tuple[Threshold, ...] = ()
    pause_for: frozenset[str] = frozenset({"customer"})
    phone_counts: bool = True
    customer_escalation: bool = True
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer organisation; `match` holds addresses and @domains, `people` maps a role to a person's key or a rotation."""

    key: str
    name: str
    match: tuple[str, ...]
    contract: str
    language: str = ""
    value: str = ""
    representative: str = ""
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the settings: all given conditions must hold; what it sets wins over contract and mailbox.

    Conditions compare lower case: `sender` and `recipient` are addresses or @domains, `subject` a substring, `mailbox` a name.
    `opens` lets automatic mail open a ticket; `ignores` lets nothing follow from the mail.
    """

    name: str
    sender: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    mailbox: str = ""
    contract: str = ""
    priority: Priority | None = None
    opens: bool = False
    ignores: bool = False


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A support address: what it is called, where its mail comes from, who answers it."""

    name: str
    address: str
    display_name: str
    aliases: tuple[str, ...] = ()
    list_ids: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    contract: str = ""
    plus_address: str = "auto"
    save_sent: bool = False
    """Whether a copy of each answer that a relay took is put into the Sent folder."""


class Policy(StrEnum):
    """Who gets a new ticket (`core.deciding.assignment`)."""

    MANUAL = "manual"
    ROUND_ROBIN = "round_robin"
    LEAST_LOADED = "least_loaded"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Assignment:
    """How new tickets are handed out; an offer stands for `offer_for` open seconds, `max_open` 0 is no limit."""

    policy: Policy = Policy.MANUAL
    offer_for: int = 600
    max_open: int = 0
    decline_needs_reason: bool = True


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the decisions need to know of the settings.

    `blocked`, `allowed` and `form_mailers` hold addresses and @domains (`core.judging.senders`); more than `storm` tickets of
    one sender within ten minutes become one (`core.deciding.storms`). `absences` are those of each person, by key;
    `command_words` are words of further languages for the verbs of `core.reading.commands`; an answer waits for `undo_window`
    seconds; `assignment` says who gets a new ticket.
    """

    operator: str
    mailboxes: Mapping[str, Mailbox]
    people: Mapping[str, Person]
    contracts: Mapping[str, Contract]
    customers: Mapping[str, Customer]
    default_contract: str
    rules: tuple[Rule, ...] = ()
    timezone: str = "UTC"
    language: str = "en"
    languages: tuple[str, ...] = ("en", "de")
    receipts: str = "everyone"
    ratings: bool = True
    signature: str = "service"
    cc_answers: str = "confirm"
    forward_receipts: bool = False
    internal_mail: str = "hold"
    ack_guard: int = 60
    max_alert_mails_per_hour: int = 12
    trusted_authserv_ids: frozenset[str] = frozenset()
    by_address: Mapping[str, Person] = field(default_factory=dict)
    own_addresses: frozenset[str] = frozenset()
    staff_keys: frozenset[str] = frozenset()
    contact_keys: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    form_mailers: frozenset[str] = frozenset()
    storm: int = 20
    absences: Mapping[str, tuple[Absence, ...]] = field(default_factory=dict)
    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    command_words: Mapping[str, str] = field(default_factory=dict)
    customer_words: frozenset[str] = frozenset()
    sayings: Sayings = field(default_factory=Sayings)
    undo_window: int = 0
    assignment: Assignment = Assignment()

    def person_at(self, email: str) -> Person | None:
        """Return whose address that is, or None."""
        return self.by_address.get(email.lower())
