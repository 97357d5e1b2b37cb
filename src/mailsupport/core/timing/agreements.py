"""What was agreed, as plain data: a contract becomes JSON and the same contract again.

In: a `Contract`, or what was made of one. Out: the other. A ticket keeps the contract that it was opened under by the digest of
its content; the content is kept beside it, so that an edit of the settings touches no open ticket (DESIGN §5 Clocks).

Rules for editing here: what was written is never written again, so a new field needs a default for the old content, and a field
that is gone is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from mailsupport.core.desk import Calendar, Contract, Hours, Interval, Step, Target, Threshold
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Priority

Plain = Mapping[str, Any]

_PROMISES = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION, ClockKind.PROGRESS_UPDATE)


def content(contract: Contract) -> dict[str, Any]:
    """Return everything that a contract says as values that JSON can hold; sets in order, dates as text."""
    return {
        "name": contract.name,
        "version": contract.version,
        "calendar": _calendar(contract.calendar),
        "promises": {kind.value: _targets(getattr(contract, kind.value)) for kind in _PROMISES},
        "steps": [[list(step.targets), step.wait] for step in contract.steps],
        "rounds": contract.rounds,
        "repeat_from": contract.repeat_from,
        "hours": contract.hours.value,
        "ack_stops": contract.ack_stops,
        "staff": list(contract.staff),
        "customer_escalation": contract.customer_escalation,
        "immediate": sorted(priority.value for priority in contract.immediate),
        "escalation_close": contract.escalation_close,
        "warn_at": [[one.percent, one.before, one.text] for one in contract.warn_at],
        "pause_for": sorted(contract.pause_for),
        "phone_counts": contract.phone_counts,
        "valid_from": _written(contract.valid_from),
        "valid_to": _written(contract.valid_to),
    }


def contract_of(plain: Plain) -> Contract:
    """Return the contract that was written so; raises LookupError, TypeError or ValueError when it is none."""
    promises = {name: _read_targets(targets) for name, targets in plain["promises"].items()}
    return Contract(
        name=plain["name"],
        version=plain["version"],
        calendar=_read_calendar(plain["calendar"]),
        **{kind.value: promises.get(kind.value, {}) for kind in _PROMISES},
        steps=tuple(Step(tuple(targets), wait) for targets, wait in plain["steps"]),
        rounds=plain["rounds"],
        repeat_from=plain["repeat_from"],
        hours=Hours(plain["hours"]),
        ack_stops=plain["ack_stops"],
        staff=tuple(plain["staff"]),
        customer_escalation=plain.get("customer_escalation", True),
        immediate=frozenset(Priority(word) for word in plain["immediate"]),
        escalation_close=plain["escalation_close"],
        warn_at=tuple(Threshold(*one) for one in plain["warn_at"]),
        pause_for=frozenset(plain["pause_for"]),
        phone_counts=plain.get("phone_counts", True),
        valid_from=_date(plain["valid_from"]),
        valid_to=_date(plain["valid_to"]),
    )


def _targets(targets: Mapping[Priority, Target]) -> dict[str, list[Any]]:
    return {p.value: [t.seconds, t.days, t.end_of_day, t.text] for p, t in targets.items()}


def _read_targets(plain: Mapping[str, list[Any]]) -> dict[Priority, Target]:
    return {Priority(name): Target(*values) for name, values in plain.items()}


def _calendar(calendar: Calendar) -> dict[str, Any]:
    return {
        "name": calendar.name,
        "timezone": calendar.timezone,
        "week": [_spans(day) for day in calendar.week],
        "closed": sorted(day.isoformat() for day in calendar.closed),
        "closed_yearly": sorted([month, day] for month, day in calendar.closed_yearly),
        "holidays": {day.isoformat(): name for day, name in sorted(calendar.holidays.items())},
        "extra_open": {day.isoformat(): _spans(spans) for day, spans in sorted(calendar.extra_open.items())},
        "always": calendar.always,
    }


def _read_calendar(plain: Plain) -> Calendar:
    return Calendar(
        name=plain["name"],
        timezone=plain["timezone"],
        week=tuple(_read_spans(day) for day in plain["week"]),
        closed=frozenset(date.fromisoformat(day) for day in plain["closed"]),
        closed_yearly=frozenset((month, day) for month, day in plain["closed_yearly"]),
        holidays={date.fromisoformat(day): name for day, name in plain["holidays"].items()},
        extra_open={date.fromisoformat(day): _read_spans(spans) for day, spans in plain["extra_open"].items()},
        always=plain["always"],
    )


def _spans(spans: Iterable[Interval]) -> list[list[int]]:
    return [list(span) for span in spans]


def _read_spans(plain: Iterable[list[int]]) -> tuple[Interval, ...]:
    return tuple((start, end) for start, end in plain)


def _written(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
