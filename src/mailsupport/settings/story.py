"""Which desk does the sample file describe? Made-up people, customers and contracts that show each table in use.

Rule for editing here: the story must load; `settings.sample` puts every key it does not set behind a comment sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailsupport.settings import models as m


@dataclass(frozen=True)
class Table:
    """A table of the sample: its header, its model, the keys the story sets; `whole` shows all other keys too."""

    header: str
    model: type[m.Section]
    story: Mapping[str, Any] = field(default_factory=dict)
    whole: bool = True


_PASSWORD = {"user": "support@acme.example", "password_env": "SUPPORT_PASSWORD"}
_DAY = "08:00-17:00"
_OFFICE = {"mon": ["08:00-12:00", "13:00-17:00"], "tue": _DAY, "wed": _DAY, "thu": _DAY, "fri": "08:00-16:00"}


def _person(key: str, name: str, role: str) -> Table:
    story = {"name": name, "email": f"{key}@acme.example", "roles": [role]}
    return Table(f"[people.{key}]", m.PersonSettings, story, whole=False)


STORY = (
    Table("", m.General, {"operator": "ops@acme.example", "name": "Acme Support", "timezone": "Europe/Berlin"}),
    Table("[storage]", m.StorageSettings),
    Table("[smtp]", m.SmtpSettings, {"host": "smtp.acme.example", **_PASSWORD}),
    Table("[smtp.fallback]", m.FallbackSettings, {"host": "smtp.backup.example", **_PASSWORD}),
    Table(
        "[[mailbox]]",
        m.MailboxSettings,
        {"address": "support@acme.example", "host": "imap.acme.example", **_PASSWORD, "staff": ["anna", "emil@acme.example"]},
    ),
    Table(
        "[contract.standard]",
        m.ContractSettings,
        {
            "calendar": "office",
            "first_response": "8h",
            "chain": ["project_manager", "account_manager", "commercial_director"],
            "wait": ["0m", "30m", "1h"],
        },
    ),
    Table(
        "[contract.gold]",
        m.ContractSettings,
        {
            "inherits": "standard",
            "calendar": "24x7",
            "first_response": {"normal": "1h", "critical": "15m"},
            "chain": ["project_manager", ["account_manager", "dov"], "cd@acme.example"],
            "immediate": ["critical"],
        },
        whole=False,
    ),
    Table(
        "[customer.globex]",
        m.CustomerSettings,
        {
            "name": "Globex GmbH",
            "match": ["@globex.example", "erika@gmx.example"],
            "contract": "gold",
            "language": "de",
            "value": "120,000 € a year",
            "representative": "erika@globex.example",
            "project_manager": "ben",
            "account_manager": "managers",
        },
    ),
    Table(
        "[people.anna]",
        m.PersonSettings,
        {"name": "Anna Berg", "email": ["anna@acme.example", "a.berg@gmx.example"], "language": "de", "deputy": "ben"},
    ),
    Table(
        "[people.ben]",
        m.PersonSettings,
        {"name": "Ben Ito", "email": "ben@acme.example", "roles": ["project_manager"]},
        whole=False,
    ),
    Table(
        "[people.cleo]",
        m.PersonSettings,
        {"name": "Cleo Roy", "email": "cleo@acme.example", "roles": ["account_manager"]},
        whole=False,
    ),
    Table(
        "[people.dov]",
        m.PersonSettings,
        {"name": "Dov Lind", "email": "dov@acme.example", "roles": ["commercial_director"]},
        whole=False,
    ),
    Table("[[absence]]", m.AbsenceSettings, {"person": "ben", "from": "2026-12-21", "to": "2027-01-03", "deputy": "cleo"}),
    Table(
        "[rotation.managers]",
        m.RotationSettings,
        {"type": "weekly", "start": "2026-11-02T09:00", "people": ["cleo", "dov"]},
    ),
    Table("[[override]]", m.OverrideSettings, {"rotation": "managers", "from": "2026-12-24", "to": "2026-12-26", "add": ["ben"]}),
    Table("[calendar.office]", m.CalendarSettings, {"timezone": "Europe/Berlin", "open": _OFFICE, "holidays": "DE-BE"}),
    Table(
        "[[rule]]", m.RuleSettings, {"name": "monitoring", "from": ["nagios@acme.example"], "priority": "critical", "open": True}
    ),
    Table("[senders]", m.SendersSettings),
    Table("[assignment]", m.AssignmentSettings),
    Table("[templates]", m.TemplateSettings),
    Table("[log]", m.LogSettings),
)
