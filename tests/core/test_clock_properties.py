"""What holds for every clock, whatever is waited for and however often the priority changes: compared with counting minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st
from promise_desk import contract
from slow_worktime import MINUTE, Times, open_minutes
from test_worktime_properties import calendars, days_near_a_change, quick, slow

from mailsupport.core.desk import Calendar, Contract, Target, Threshold
from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.core.model import Priority
from mailsupport.core.reaching import warning
from mailsupport.core.timing.agreements import content, contract_of
from mailsupport.core.timing.clock import ClockChange, due_at, pause, recompute, resume
from mailsupport.core.timing.course import HeldUp, Turn, held_up
from mailsupport.core.timing.worktime import working_seconds
from mailsupport.errors import BeyondHorizon

RESOLUTION = ClockKind.RESOLUTION
THRESHOLDS = (Threshold(percent=50, text="50%"), Threshold(percent=80, text="80%"), Threshold(before=1800, text="-30m"))


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract of any calendar whose resolution has a budget for each priority, on whole minutes."""
    calendar: Calendar = draw(calendars())
    budgets = {priority: Target(seconds=draw(st.integers(1, 900)) * 60, text="drawn") for priority in Priority}
    return replace(contract(calendar=calendar), resolution=budgets, warn_at=THRESHOLDS)


@st.composite
def starts(draw: st.DrawFn, gold: Contract) -> datetime:
    day = draw(days_near_a_change(gold.calendar.timezone))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 1439)))


class Story:
    """A resolution and the log of its ticket: what happens to it happens as in the program."""

    def __init__(self, gold: Contract, start: datetime) -> None:
        self.gold, self.priority = gold, Priority.NORMAL
        self.turns: list[Turn] = []
        due = due_at(gold, RESOLUTION, Priority.NORMAL, start)
        assert due is not None
        self.clock = Clock(1, 7, RESOLUTION, 0, start, due, ClockState.RUNNING)
        self.since = start

    def held(self, until: datetime) -> HeldUp:
        return held_up(self.turns, RESOLUTION, 0, self.gold, until)

    def waits(self, at: datetime) -> None:
        self.turns.append(Turn(at, "waiting", {"for": "customer", "reason": ""}))
        self.since = at
        self.becomes(pause(self.clock, at, "customer"))

    def goes_on(self, at: datetime) -> None:
        self.turns.append(Turn(at, "went_on", {"reason": ""}))
        self.becomes(resume(self.clock, self.gold, self.priority, at, self.held(at)))

    def is_of(self, priority: Priority, at: datetime) -> None:
        at = self.since if self.clock.state is ClockState.PAUSED else at
        self.priority = priority
        self.becomes(recompute(self.clock, self.gold, priority, at, self.held(at)))

    def becomes(self, change: ClockChange) -> None:
        self.clock = change.clock
        if change.respite is not None:
            given_at, until = change.respite
            data = {"clock": RESOLUTION.value, "cycle": 0, "until": until.isoformat()}
            self.turns.append(Turn(given_at, "respite", data))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Waits and priorities in any order, on whole minutes, up to the deadline; at the end nobody is waited for."""
    gold = draw(contracts())
    start = draw(starts(gold))
    try:
        story = Story(gold, start)
        at = start
        for _ in range(draw(st.integers(0, 6))):
            at += draw(st.integers(0, 600)) * MINUTE
            if story.clock.state is ClockState.RUNNING and at >= story.clock.due_at:
                break
            happens = draw(st.sampled_from(["waits", "goes on", *Priority]))
            if isinstance(happens, Priority):
                story.is_of(happens, at)
            elif happens == "waits" and story.clock.state is ClockState.RUNNING:
                story.waits(at)
            elif happens == "goes on" and story.clock.state is ClockState.PAUSED:
                story.goes_on(at)
        if story.clock.state is ClockState.PAUSED:
            story.goes_on(at)
    except BeyondHorizon:
        assume(False)
    return story


@slow
@given(stories())
def test_the_net_time_at_the_deadline_is_the_budget(story: Story) -> None:
    """Counted minute by minute, pauses left out; more only where a respite was given, and never less."""
    clock, held = story.clock, story.held(story.clock.due_at)
    assume(clock.due_at - clock.started_at < timedelta(days=60))
    pauses: list[Times] = list(held.pauses)
    net = len(open_minutes(story.gold.calendar, clock.started_at, clock.due_at, pauses))
    budget = story.gold.resolution[story.priority].seconds // 60
    assert net >= budget if held.respites else net == budget


@quick
@given(stories())
def test_gross_is_net_and_the_pauses(story: Story) -> None:
    """What was not counted is exactly the open time of the pauses."""
    clock, held = story.clock, story.held(story.clock.due_at)
    calendar, span = story.gold.calendar, (clock.started_at, clock.due_at)
    gross, net = working_seconds(calendar, *span), working_seconds(calendar, *span, held.pauses)
    assert 0 <= gross - net <= sum(working_seconds(calendar, max(a, span[0]), b) for a, b in held.pauses)


@quick
@given(stories(), st.sampled_from(Priority), st.integers(0, 3000))
def test_no_change_makes_late_who_was_not(story: Story, priority: Priority, minutes: int) -> None:
    """A new deadline lies in the future, and one that was brought forward for a respite is never later than the old one."""
    now = story.clock.started_at + minutes * MINUTE
    assume(now < story.clock.due_at)
    before = story.clock.due_at
    try:
        change = recompute(story.clock, story.gold, priority, now, story.held(now))
    except BeyondHorizon:
        assume(False)
        raise
    assert change.clock.due_at > now
    assert change.respite is None or change.clock.due_at <= before


@quick
@given(stories())
def test_thresholds_ascend_inside_the_time(story: Story) -> None:
    """Each is after the start, before the deadline, and its part of the net time is spent then."""
    clock, held = story.clock, story.held(story.clock.due_at)
    found = warning.moments(story.gold, RESOLUTION, clock.started_at, clock.due_at, held)
    times = [one.at for one in found]
    assert times == sorted(times)
    assert all(clock.started_at < at < clock.due_at for at in times)
    budget = working_seconds(story.gold.calendar, clock.started_at, clock.due_at, held.pauses)
    for one in found:
        spent = working_seconds(story.gold.calendar, clock.started_at, one.at, held.pauses)
        due = budget * one.threshold.percent // 100 if one.threshold.percent else budget - one.threshold.before
        assert spent == due


@quick
@given(contracts())
def test_what_was_agreed_is_read_as_it_was_written(gold: Contract) -> None:
    """A contract becomes plain data, and the same contract again."""
    assert contract_of(content(gold)) == gold
