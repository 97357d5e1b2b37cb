"""How does a settings file become settings? Read, validate, compare, open secrets; every problem found is told at once.

In: a path. Out: `Settings`. This is the page to read first in this package: `files` merges, `parts` validates table by table,
`servers`, `checks` and `duty` compare tables, `calendars` prepares the hours, `duty` absences and rotations.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

from mailsupport.core.desk import Absence, Calendar, Rotation
from mailsupport.settings import calendars, checks, duty, files, parts, roles, servers, targets
from mailsupport.settings.models import CalendarSettings, Settings
from mailsupport.settings.parts import Parts
from mailsupport.settings.problems import Report, Wrong


def load(path: Path, *, secrets: bool = True, today: date | None = None) -> Settings:
    """Return the settings of a file and what it includes; raises SettingsError with every problem found.

    `secrets=False` opens no secret, judges no file mode and asks for no folder. Holidays are known for some years around
    `today` (default: the day of loading).
    """
    report = Report(str(path))
    raw = files.read(path, report, judge=secrets)
    found = parts.read(raw, path.absolute().parent, report)
    servers.name_mailboxes(found)
    servers.judge(found)
    checks.judge(found)
    today = today or date.today()  # noqa: DTZ011 — the local day of this machine decides nothing but a range of years
    ready = _calendars(found, today)
    targets.reach(found, ready, today)
    away, turns = duty.absences(found), duty.rotations(found, ready)
    if secrets:
        servers.judge_files(found)
        servers.open_secrets(found)
    report.raise_if_any()
    return _settings(path, found, ready, away, turns, today)


def _calendars(found: Parts, today: date) -> dict[str, Calendar]:
    """Return every calendar ready for counting, and report those that cannot be used or never open."""
    zone = found.general.timezone if found.general else "UTC"
    ready = {calendars.BUILT_IN: calendars.always(zone)}
    for name, settings in found.calendar.items():
        try:
            calendar = calendars.build(name, settings, zone, today, found.folder)
        except Wrong as wrong:
            found.report.add_wrong(("calendar", name, "holidays"), wrong)
            continue
        ready[name] = calendar
        if not calendars.opens(calendar, today):
            found.report.add(("calendar", name, "open"), "never opens", 'give it hours: open = { mon = "08:00-17:00" }')
    return ready


def _settings(
    path: Path,
    found: Parts,
    ready: dict[str, Calendar],
    away: tuple[Absence, ...],
    turns: dict[str, Rotation],
    today: date,
) -> Settings:
    """Put the parts together; they are validated already, and validating a value twice would refuse it."""
    if not (
        found.general and found.smtp and found.storage and found.senders and found.assignment and found.templates and found.log
    ):
        raise AssertionError("a part is missing, and no problem was reported")
    name = found.general.name or found.mailbox[0].address.partition("@")[2]
    return Settings.model_construct(
        **{**dict(found.general), "name": name},
        storage=found.storage,
        smtp=found.smtp.model_copy(update={"fallback": found.fallback}),
        mailbox=tuple(found.mailbox.values()),
        contract=found.contract,
        customer=found.customer,
        people=found.people,
        calendar=found.calendar,
        rule=tuple(found.rule.values()),
        senders=found.senders,
        assignment=found.assignment,
        templates=found.templates,
        log=found.log,
        path=path.absolute(),
        calendars=ready,
        absences=away,
        rotations=turns,
        versions={key: _version(found, key, ready) for key in found.contract},
        default_contract=roles.default_contract(found.names["contract"], found.mailbox),
        loaded_on=today,
    )


def _version(found: Parts, name: str, ready: dict[str, Calendar]) -> str:
    """Return a short digest of what a contract and its calendar say, without the holidays that each new year adds."""
    contract = found.contract[name]
    calendar = found.calendar.get(contract.calendar)
    content = [
        found.whole_contracts[name],
        _content(calendar),
        ready[contract.calendar].timezone,
        calendars.fingerprint(calendar, found.folder) if calendar else "",
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _content(calendar: CalendarSettings | None) -> list[str]:
    """Return a calendar's keys as texts: what is in a set of dates has no order JSON could keep."""
    return [f"{key}={value}" for key, value in calendar] if calendar else []
