"""No faster than the settings allow, in all and for each domain, and alerts before receipts (G8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mailsupport.app.pace import Pace
from mailsupport.settings.rates import Rate
from stories.world import SETTINGS, World

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAMES = ("erika", "otto", "paul", "quinn", "rita")


def desk_at(desk_with: Callable[[str], World], rates: str) -> World:
    """A desk whose relay takes only so many mails."""
    return desk_with(SETTINGS.replace('folder = "unused"', f'folder = "unused"\n{rates}'))


def test_no_more_than_the_rate_goes_out_and_nothing_is_lost(desk_with: Callable[[str], World]) -> None:
    """Five requests are fifteen mails: four go at once, four in each minute after it, until all are gone."""
    desk = desk_at(desk_with, 'rate = "4/m"')
    for name in NAMES:
        desk.writes(f"{name}@globex.example", "It prints blank pages.", f"Printer of {name}")
    desk.works()
    assert len(desk.sink.sent) == 4
    for _ in range(4):
        before = len(desk.sink.sent)
        desk.passes("60s")
        assert len(desk.sink.sent) - before <= 4
    desk.passes("2m")

    assert len(desk.sink.sent) == 15


def test_a_slow_domain_keeps_no_other_waiting(desk_with: Callable[[str], World]) -> None:
    """G8: One mail a minute to each domain: staff are told while receipts to a customer wait."""
    desk = desk_at(desk_with, 'domain_rate = "1/m"')
    desk.writes("erika@globex.example", "One.", "First")
    desk.writes("otto@globex.example", "Two.", "Second")
    desk.writes("rita@else.example", "Three.", "Third")
    desk.works()

    assert len([m for m in desk.sink.sent if m.recipients[0].endswith("@globex.example")]) == 1
    assert len(desk.mails("rita@else.example")) == 1
    desk.passes("10m")
    assert len(desk.mails("erika@globex.example")) == len(desk.mails("otto@globex.example")) == 1


def test_an_alert_does_not_wait_behind_receipts(desk_with: Callable[[str], World]) -> None:
    """G8: With receipts for many minutes in the outbox, the next free place is the alert's."""
    desk = desk_at(desk_with, 'rate = "1/m"')
    desk.writes("erika@globex.example", "It prints blank pages.")
    desk.passes("3h58m")
    for number in range(30):
        desk.writes(f"someone{number}@else.example", "Hello?", f"Question {number}")
    desk.passes("5m")

    assert desk.mails("ben@acme.example", "escalated")
    assert len([m for m in desk.sink.sent if m.recipients[0].endswith("@else.example")]) < 10


@given(
    st.integers(1, 7),
    st.integers(1, 90),
    st.lists(st.tuples(st.sampled_from(["alert", "receipt"]), st.integers(0, 40)), max_size=60),
)
def test_no_span_ever_holds_more_than_the_rate(count: int, seconds: int, asked: list[tuple[str, int]]) -> None:
    """Whoever asks, however often and whatever waits: in any span of its length no more than the rate went out."""
    pace, now, went = Pace(Rate(count, seconds)), START, []
    for kind, later in asked:
        now += timedelta(seconds=later)
        until = pace.wait(kind, (), now)
        if until is None:
            went.append(now)
        else:
            assert until > now
    for first, one in enumerate(went):
        assert len([at for at in went[first:] if at < one + timedelta(seconds=seconds)]) <= count
