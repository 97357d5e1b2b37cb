"""Can a contract keep what it promises? Days under office hours, times that no calendar holds, contracts that end.

In: `Parts`, and for times the calendars made of it. Out: the report. Rule for editing here: as in `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time

from mailsupport.core.desk import Calendar, Contract, Target
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import Priority
from mailsupport.core.timing import clock
from mailsupport.errors import BeyondHorizon
from mailsupport.settings import durations
from mailsupport.settings.models import ContractSettings
from mailsupport.settings.parts import Parts
from mailsupport.settings.problems import KeyPath

PROMISES = (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE, ClockKind.RESOLUTION, ClockKind.PROGRESS_UPDATE)
"""The clocks whose time a contract promises by priority; each is a key of its table."""


def days_need_open_nights(parts: Parts) -> None:
    """ "2d" is 48 hours of open time, which nobody means who writes it under office hours."""
    for name, contract in parts.contract.items():
        for kind, targets in () if _never_closes(parts, contract) else _promised(contract):
            for target in filter(durations.speaks_of_days, targets.values()):
                what = f'"{target.text}" would be {target.seconds // 3600} open hours of calendar "{contract.calendar}"'
                parts.report.add(("contract", name, kind), what, f'say "{target.seconds // 3600}h", or business days: "2bd"')


def contracts_end_after_they_begin(parts: Parts) -> None:
    """The last day of a contract is not before its first."""
    for name, contract in parts.contract.items():
        first, last = contract.valid_from, contract.valid_to
        if first is not None and last is not None and last < first:
            parts.report.add(("contract", name, "valid_to"), f"ends on {last}, before it begins on {first}", "change one of them")


def reach(parts: Parts, calendars: Mapping[str, Calendar], today: date) -> None:
    """Report what a calendar does not hold within ten years from now; one that never opens is told of by its own key."""
    now = datetime.combine(today, time(), UTC)
    for name, contract in parts.contract.items():
        calendar = calendars.get(contract.calendar)
        if calendar is None or parts.report.spoiled(("calendar", calendar.name)):
            continue
        for kind, targets in _promised(contract):
            beyond = next((target for target in targets.values() if _is_beyond(calendar, target, now)), None)
            path = _where(parts, name, kind)
            if beyond is not None and path is not None:
                what = f'calendar "{calendar.name}" does not hold "{beyond.text}" of open time within ten years'
                parts.report.add(path, what, "promise less, or give the calendar more hours")


def _is_beyond(calendar: Calendar, target: Target, now: datetime) -> bool:
    """Whether nothing that is promised so would ever be due."""
    promised = Contract("", "", calendar, {Priority.NORMAL: target}, ())
    try:
        clock.due_at(promised, ClockKind.FIRST_RESPONSE, Priority.NORMAL, now)
    except BeyondHorizon:
        return True
    return False


def _where(parts: Parts, name: str, kind: ClockKind) -> KeyPath | None:
    """The key that a contract wrote itself; what it inherits whole is told where it is written."""
    own = parts.own_contracts.get(name, {})
    key = next((key for key in (kind.value, "calendar") if key in own), None)
    return ("contract", name, key) if key is not None else None


def _promised(contract: ContractSettings) -> Iterator[tuple[ClockKind, Mapping[Priority, Target]]]:
    for kind in PROMISES:
        yield kind, getattr(contract, kind.value)


def _never_closes(parts: Parts, contract: ContractSettings) -> bool:
    """Tell whether a contract's calendar is always open, as far as can be told without its holidays."""
    calendar = parts.calendar.get(contract.calendar)
    if calendar is None:
        return True
    whole = len(calendar.open) == 7 and all(spans == ((0, 1440),) for spans in calendar.open.values())
    return whole and not (calendar.holidays or calendar.closed or calendar.extra_open)
