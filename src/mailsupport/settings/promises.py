"""Which keys do contracts, customers, people, absences, rotations, calendars and rules have?

Rule for editing here: as in `models`. Names that point to another table are judged in `checks`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from mailsupport.core.desk import Hours, Turn
from mailsupport.core.model import Priority
from mailsupport.settings import fields as f
from mailsupport.settings import moments
from mailsupport.settings import thresholds as t
from mailsupport.settings.section import Section, written


class ContractSettings(Section):
    """What customers are promised, and who hears of it when the promise is not kept."""

    inherits: f.Line = Field(
        default="", description="Another contract, whose keys hold where this one has none.", examples=["base"]
    )
    calendar: f.Text = Field(description='Hours in which time counts: "24x7", or the name of a calendar.', examples=["24x7"])
    first_response: f.Targets = Field(
        description='Time until the first answer: "4h", business days as "3bd" (same time of day) or "3bd end" (until closing), '
        "or one for each priority; one that is missing is as normal.",
        examples=["4h"],
    )
    next_response: f.OptionalTargets = Field(
        default={},
        description="Time until the answer to each further mail; not guarded when not given.",
        examples=["8h"],
    )
    resolution: f.OptionalTargets = Field(
        default={},
        description="Time until the request is closed, counted from when it was received; not guarded when not given.",
        examples=["3bd end"],
    )
    progress_update: f.OptionalTargets = Field(
        default={},
        description="The customer hears from us again within this time after each answer, while the request is open; not guarded "
        "when not given.",
        examples=["5bd"],
    )
    pause_for: t.PauseFor = written(
        default=["customer"],
        description="Waiting for whom pauses resolution and progress_update; an answer that is owed never pauses.",
        examples=[["customer", "vendor"]],
    )
    warn_at: t.Thresholds = written(
        default=[],
        description="When those who answer are reminded of a deadline: parts of its working time, or with - working time before "
        "it; ascending.",
        examples=[["50%", "80%", "-30m"]],
    )
    escalation_close: t.EscalationClose = written(
        default="30d",
        description="Within this time, around the clock, an escalation is over; else the operator and its contacts hear of it.",
    )
    valid_from: f.OptionalDay = Field(
        default=None, description="First day on which the contract holds, by its calendar's zone.", examples=["2026-01-01"]
    )
    valid_to: f.OptionalDay = Field(
        default=None,
        description="Last day on which the contract holds: later requests get the mailbox's or everybody's contract, and the "
        "operator hears of it once. What is open then goes on under it.",
        examples=["2027-12-31"],
    )
    chain: f.Steps = Field(
        description="Who is mailed, one after the other, when the time is over: roles, rotations, people or addresses.",
        examples=[["pm@acme.example", "am@acme.example", "cd@acme.example"]],
    )
    wait: f.Waits = written(
        default=["0m", "10m"],
        description="Time before each step; the first counts from the end of the promised time, the last holds for the rest.",
    )
    rounds: StrictInt = Field(default=1, ge=1, le=100, description="How often the chain is gone through.")
    repeat_from: StrictInt = Field(default=1, ge=1, description="The step, counted from 1, with which a further round begins.")
    hours: Hours = Field(
        default=Hours.CONTRACT,
        description="When the chain mails: in the contract's hours (not waiting for them when a priority or the customer is the "
        "cause), always, or strictly in the contract's hours.",
        json_schema_extra={"kind": '"contract", "always" or "strict"'},
    )
    ack_stops: f.Seconds = written(
        default="2h", description="How long an acknowledgement (`/ack` or a button, of an alert or a digest) holds the chain."
    )
    staff: f.People = Field(default=(), description="Who answers, instead of the mailbox's staff.", examples=[["anna", "ben"]])
    phone_counts: StrictBool = Field(
        default=True, description="Whether a phone call that staff log with /called counts as the answer."
    )
    customer_escalation: StrictBool = Field(
        default=True,
        description="Whether a customer's reply that says nothing but “urgent” or “escalate” on its first line starts the chain; "
        "receipts then say so.",
    )
    immediate: tuple[Priority, ...] = Field(
        default=(),
        description="Priorities at which the chain starts at once.",
        examples=[["critical"]],
        json_schema_extra={"kind": "list of priorities"},
    )


class CustomerSettings(Section):
    """A customer organisation. A key that is a role names this customer's person or rotation for it: project_manager = "ben"."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, f.PersonName] = Field(init=False)

    name: f.Line = Field(default="", description="What it is called; the table's name when not given.", examples=["Globex GmbH"])
    match: f.Matches = Field(
        description="Its addresses, and its domains with @; the longest match wins.",
        examples=[["@globex.example", "erika@gmx.example"]],
    )
    contract: f.Line = Field(default="", description="Its contract; the default one when not given.", examples=["gold"])
    language: f.Language = Field(default="", description="Language of mails to it.", examples=["de"])
    value: f.Line = Field(
        default="", description="What the contract is worth; shown to staff and contacts.", examples=["120,000 € a year"]
    )
    representative: f.OptionalEmail = Field(
        default="", description="Who speaks for it; shown to staff and contacts.", examples=["erika@globex.example"]
    )

    @property
    def roles(self) -> Mapping[str, str]:
        """Role to person, as written."""
        return self.__pydantic_extra__


class PersonSettings(Section):
    """Somebody of ours."""

    name: f.Text = Field(description="Name as others read it.", examples=["Anna Berg"])
    email: f.Emails = Field(
        description="Address, or all addresses the person writes from; mail goes to the first.", examples=["anna@acme.example"]
    )
    roles: f.Texts = Field(default=(), description="Roles the person has for every customer.", examples=[["project_manager"]])
    language: f.Language = Field(default="", description="Language of mails to this person.", examples=["de"])
    timezone: f.Zone = Field(default="", description="Zone of times in mails to this person.", examples=["Europe/Berlin"])
    deputy: f.Line = Field(
        default="",
        description="Who is told in place of this person during an absence, and so on when the deputy is away too: a person or "
        "an address.",
        examples=["ben"],
    )
    absences: f.OptionalPath = Field(
        default=None,
        description="Calendar file whose events are this person's absences, read with the settings (again after HUP); times "
        "without a zone are in the person's.",
        examples=["absences/ben.ics"],
    )


class AbsenceSettings(Section):
    """Somebody is away: alerts go to the deputy, or where there is none, to the next step at once."""

    person: f.PersonName = Field(description="Who is away: a person or an address.", examples=["ben"])
    from_: moments.Moment = Field(alias="from", description="First day or moment, in the person's zone.", examples=["2026-12-21"])
    to: moments.Moment = Field(description="Last day, or moment of return, in the person's zone.", examples=["2027-01-03"])
    deputy: f.Line = Field(
        default="",
        description="Who is told meanwhile: a person or an address; the person's own deputy when not given.",
        examples=["cleo"],
    )


class RotationSettings(Section):
    """People who are on duty in turn. A chain, or a customer's role, may name a rotation: whoever is on duty then is told."""

    type: Turn = Field(
        description="What a turn is counted in; by the clock on the wall, also when it is changed.",
        examples=["weekly"],
        json_schema_extra={"kind": '"hourly", "daily", "weekly" or "monthly"'},
    )
    length: StrictInt = Field(default=1, ge=1, le=1000, description="How many hours, days, weeks or months a turn lasts.")
    start: moments.WallTime = Field(
        description="A moment at which a turn of the first of the people begins; all other hand-offs follow from it.",
        examples=["2026-11-02T09:00"],
    )
    timezone: f.Zone = Field(
        default="", description="Zone of the hand-offs; the top level's when not given.", examples=["Europe/Berlin"]
    )
    people: f.People = Field(description="Who takes turns, in this order: people or addresses.", examples=[["cleo", "dov"]])
    calendar: f.Line = Field(
        default="",
        description="Calendar of duty: while it is closed nobody is on duty; somebody always is when not given.",
        examples=["office"],
    )


class OverrideSettings(Section):
    """Another plan for a rotation, for a while."""

    rotation: f.Text = Field(description="Which rotation.", examples=["managers"])
    from_: moments.Moment = Field(
        alias="from", description="First day or moment, in the rotation's zone.", examples=["2026-12-24"]
    )
    to: moments.Moment = Field(description="Last day, or moment of the end, in the rotation's zone.", examples=["2026-12-26"])
    add: f.People = Field(default=(), description="Who is on duty, whoever's turn it is: people or addresses.", examples=["ben"])
    remove: f.People = Field(default=(), description="Who is not on duty, though it is their turn.", examples=["cleo"])


class CalendarSettings(Section):
    """Hours in which promised time counts."""

    timezone: f.Zone = Field(
        default="", description="Zone of the hours; the top level's when not given.", examples=["Europe/Berlin"]
    )
    open: f.Week = Field(
        description='Hours by weekday, one span or a list; a span may cross midnight. Or "24x7".',
        examples=[{"mon": ["08:00-12:00", "13:00-17:00"], "tue": "08:00-17:00", "fri": "08:00-16:00", "sat": "22:00-02:00"}],
    )
    holidays: f.Texts = Field(
        default=(),
        description="Country, or country and subdivision, or the path of an .ics file; or a list of them.",
        examples=["DE-BE"],
    )
    closed: f.ClosedDays = Field(
        default=(),
        description="Further closed days: a date, or month and day for every year.",
        examples=[["2026-12-24", "12-31"]],
    )
    extra_open: f.OpenDays = Field(
        default={},
        description="Hours of single dates; they replace the day's hours and win over closed and holidays.",
        examples=[{"2026-12-19": "09:00-13:00"}],
    )


class RuleSettings(Section):
    """A rule for some mails: all conditions must hold; what it sets wins over customer and mailbox."""

    name: f.Line = Field(default="", description="What the log calls it; its number when not given.", examples=["monitoring"])
    from_: f.Matches = Field(default=(), alias="from", description="Sender is one of these.", examples=["nagios@acme.example"])
    to: f.Matches = Field(default=(), description="A recipient is one of these.", examples=["urgent@acme.example"])
    subject: f.Texts = Field(default=(), description="The subject holds one of these, in any case.", examples=["outage"])
    mailbox: f.Line = Field(default="", description="It arrived in the mailbox of this name.", examples=["support"])
    contract: f.Line = Field(default="", description="The ticket gets this contract.", examples=["gold"])
    priority: Priority | None = Field(
        default=None,
        description="The ticket gets this priority.",
        examples=["critical"],
        json_schema_extra={"kind": '"low", "normal", "high" or "critical"'},
    )
    open: StrictBool = Field(
        default=False, description="Automatic mail opens a ticket too: for monitoring and web forms.", examples=[True]
    )
    ignore: StrictBool = Field(
        default=False,
        description="Nothing follows from such mail; it is kept, and counted in the operator's daily list.",
        examples=[True],
    )


class SendersSettings(Section):
    """Senders that are treated in another way. Of two entries that fit, the nearer one counts: an address before its domain."""

    block: f.Matches = Field(
        default=(),
        description="Nothing follows from their mails: kept, counted in the operator's daily list, never answered. Our own "
        "people and bounces of our mails are never blocked.",
        examples=[["@spam.example", "x@y.example"]],
    )
    allow: f.Matches = Field(
        default=(),
        description="Never taken for robots by weak signs, such as the header fields of shops and web forms.",
        examples=[["shop@acme.example"]],
    )
    reply_to: f.Matches = Field(
        default=(),
        description="Web forms whose Reply-To names who wrote: that address is the ticket's requester, and gets no receipt, "
        "since anybody may have typed it. Such senders are allowed, too.",
        examples=[["forms@site.example"]],
    )
    storm: StrictInt = Field(
        default=20,
        ge=0,
        description="After so many new tickets of one address within ten minutes its further mails go onto the first of them, "
        "until somebody has answered it; 0 for never.",
    )
