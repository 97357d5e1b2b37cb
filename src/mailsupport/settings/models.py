"""Which keys does the settings file have, what do they mean, what holds where none is written?

Frozen values, validated by pydantic; attributes are called as the keys are. The sample file and the reference page are made
from these models (`settings.sample`), so each field's description is what a person reads there. The tables of servers are in
`accounts`, those of contracts and people in `promises`; all are named here.
Rule for editing here: a key exists only when this version acts on it; every field has a description, and an example where
its default does not show how it is written. What needs two keys to judge is judged in `checks` and `servers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, StrictBool, StrictInt

from mailsupport.core.desk import Absence, Calendar, Rotation
from mailsupport.settings import fields as f
from mailsupport.settings.accounts import FallbackSettings, MailboxSettings, SmtpSettings, StorageSettings
from mailsupport.settings.assignment import AssignmentSettings
from mailsupport.settings.log import LogSettings
from mailsupport.settings.promises import (
    AbsenceSettings,
    CalendarSettings,
    ContractSettings,
    CustomerSettings,
    OverrideSettings,
    PersonSettings,
    RotationSettings,
    RuleSettings,
    SendersSettings,
)
from mailsupport.settings.section import Section, written

__all__ = [
    "AbsenceSettings",
    "AssignmentSettings",
    "CalendarSettings",
    "ContractSettings",
    "CustomerSettings",
    "FallbackSettings",
    "General",
    "LogSettings",
    "MailboxSettings",
    "OverrideSettings",
    "PersonSettings",
    "RotationSettings",
    "RuleSettings",
    "Section",
    "SendersSettings",
    "Settings",
    "SmtpSettings",
    "StorageSettings",
    "TemplateSettings",
]


class TemplateSettings(Section):
    """Where your own wording lies."""

    dir: f.OptionalPath = Field(
        default=None, description="Folder of templates that replace the shipped ones, file by file.", examples=["templates"]
    )


class General(Section):
    """The keys outside any table."""

    operator: f.Email = Field(description="Who is told when something is stuck.", examples=["ops@acme.example"])
    name: f.Line = Field(
        default="",
        description="The service's name as people see it; the first mailbox's domain when not given.",
        examples=["Acme Support"],
    )
    timezone: f.GivenZone = Field(
        default="UTC", description="Zone of times for everybody who has none of their own.", examples=["Europe/Berlin"]
    )
    languages: f.Languages = written(
        default=["en", "de"], description="Languages mails are written in; the first is the usual one."
    )
    receipts: Literal["everyone", "known", "off"] = Field(
        default="everyone", description="Who gets a receipt for a new ticket; known are customers, and people answered before."
    )
    ratings: StrictBool = Field(
        default=True,
        description="Whether the mail that closes a request asks how it was: two ready mails, good and not good.",
    )
    signature: Literal["service", "staff", "none"] = Field(
        default="service", description="What stands under an answer: the service's name, the author's, or nothing."
    )
    cc_answers: Literal["confirm", "trust", "off"] = Field(
        default="confirm",
        description="An answer sent to the customer with the support address in Cc: ask its author, believe it, or ignore it.",
    )
    forward_receipts: StrictBool = Field(
        default=False,
        description="Whether a customer gets a receipt for a request that one of us forwards, or takes down by telephone.",
    )
    internal_mail: Literal["hold", "accept"] = Field(
        default="hold", description="Staff mail that never left our own servers and carries no authentication result."
    )
    trusted_authserv_ids: f.Texts = Field(
        default=(), description="Servers whose Authentication-Results are believed (RFC 8601).", examples=[["mx.acme.example"]]
    )
    operator_command: f.Command = Field(
        default=(),
        description="Program run, without a shell, when the operator cannot be told by mail; it gets the message on its input.",
        examples=[["/usr/local/bin/page-me", "mailsupport"]],
    )
    ack_guard: f.Seconds = written(
        default="60s",
        description="A wordless reply to an alert that comes sooner than this may be a robot's: it is asked, not believed.",
    )
    undo_window: f.UndoWindow = written(
        default="0s",
        description="How long an answer waits before it is sent, so that its author can take it back with /undo: up to 10m.",
    )
    max_alert_mails_per_hour: StrictInt = Field(
        default=12,
        ge=1,
        description="After so many alert mails in an hour somebody gets one in a quarter of an hour, of all that is new.",
    )
    include: f.Texts = Field(
        default=(),
        description="Further files with contracts, customers, people, absences, rotations, calendars, rules and mailboxes.",
        examples=[["contracts/*.toml"]],
    )


class Settings(General):
    """Everything one settings file and what it includes say, checked; made by `load`."""

    storage: StorageSettings
    smtp: SmtpSettings
    mailbox: tuple[MailboxSettings, ...]
    contract: Mapping[str, ContractSettings]
    customer: Mapping[str, CustomerSettings]
    people: Mapping[str, PersonSettings]
    calendar: Mapping[str, CalendarSettings]
    rule: tuple[RuleSettings, ...]
    senders: SendersSettings
    assignment: AssignmentSettings
    templates: TemplateSettings
    log: LogSettings
    path: Path
    """The settings file."""
    calendars: Mapping[str, Calendar]
    """The calendars ready for counting, with the built-in 24x7."""
    versions: Mapping[str, str]
    """A digest of each contract's content."""
    absences: tuple[Absence, ...]
    """Who is away when, from the file and from calendar files; people as they are written."""
    rotations: Mapping[str, Rotation]
    """The rotations ready for asking who is on duty; people as they are written."""
    default_contract: str
    """The contract of whoever belongs to no customer."""
    loaded_on: date
    """The day from which the years of holidays were counted."""
