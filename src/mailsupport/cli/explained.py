"""How does `explain ticket N` read? Every interval that counted, every pause, warning and change, every step and its reason.

In: what `app.looking.explain` found. Out: lines of text, each clock in the zone of its calendar.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailsupport.app.looking.arithmetic import ClockExplained, Waited
from mailsupport.app.looking.explain import Explained, StepExplained
from mailsupport.cli.chain import entry_lines
from mailsupport.cli.ledger import interval_lines
from mailsupport.cli.tickets import chain_line
from mailsupport.cli.times import local, shown, span
from mailsupport.cli.worded import in_words

WAITED = {"closed": "was closed", "hold": "clocks were held"}
"""How a time is called in which nobody was waited for."""


def explained_lines(found: Explained, zone: str) -> Iterator[str]:
    """Yield a ticket's arithmetic, line by line."""
    yield f"ticket {found.number}: {found.subject}"
    yield f"contract {found.contract}, version {found.version}: {found.reason}"
    yield from (f"note: {note}" for note in found.notes)
    yield from (_waited(one, zone) for one in found.waited)
    for clock in found.clocks:
        yield from ("", *_clock(clock))
    yield from ("", f"chain: {chain_line(found.chain, zone)}")
    for step in found.steps:
        yield from _step(step, zone)
    if found.upcoming:
        yield "if nobody answers:"
        yield from (f"  {line}" for line in entry_lines(found.upcoming, zone))


def _waited(one: Waited, zone: str) -> str:
    until = f"to {shown(one.end, zone)}" if one.end else "until now"
    whom = WAITED.get(one.waiting_for, f"waited for the {one.waiting_for}")
    counts = "" if one.counts else "; its contract lets no clock pause for that"
    return f"{whom} from {shown(one.start, zone)} {until}: {local(one.reason, zone)}{counts}"


def _clock(clock: ClockExplained) -> Iterator[str]:
    zone = clock.timezone
    yield f"{in_words(clock.kind)}, cycle {clock.cycle + 1}: {in_words(clock.state)}"
    yield f"  started  {shown(clock.started_at, zone)}"
    yield f"  due      {shown(clock.due_at, zone) if clock.due_at else 'when it goes on'}"
    if clock.lapsed_at:
        yield f"  lapsed   {shown(clock.lapsed_at, zone)}" + (f", excused by {clock.excused}" if clock.excused else "")
    if clock.stopped_at and clock.seconds_to_stop is not None:
        yield f"  stopped  {shown(clock.stopped_at, zone)}, after {span(clock.seconds_to_stop)} of open time{_gross(clock)}"
    yield f"  why      {local(clock.reason, zone)}"
    yield from (
        f"  warning  {one.threshold} at {shown(one.at, zone)}{', passed' if one.passed else ''}" for one in clock.warnings
    )
    yield from (f"  changed  {local(words, zone)}" for words in clock.changes)
    yield f"  promised {clock.promised or 'nothing'} in calendar {clock.calendar} ({zone}); counted up to the deadline:"
    yield from (f"    {line}" for line in interval_lines(clock.counted, zone))
    if clock.pauses:
        yield f"  not counted ({span(clock.gross_seconds_to_due)} with it):"
        yield from (f"    {shown(one.start, zone)} – {shown(one.end, zone)}" for one in clock.pauses)


def _gross(clock: ClockExplained) -> str:
    gross = clock.gross_seconds_to_stop
    return f" ({span(gross)} with the pauses)" if gross is not None and gross != clock.seconds_to_stop else ""


def _step(step: StepExplained, zone: str) -> Iterator[str]:
    yield f"  {shown(step.fired_at, zone)}  step {step.step}, round {step.round}, for {in_words(step.cause)}"
    yield f"    why: {local(step.reason, zone)}"
    for person in step.told:
        by = f", by the {person.route} relay" if person.route else ""
        became = f"{in_words(person.outcome)} {shown(person.at, zone)}{by}"
        yield f"    {in_words(person.kind)} to {person.person} <{person.email}>: {became}"
    yield from (f"    {local(words, zone)}" for words in step.skipped)
