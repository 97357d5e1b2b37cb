"""When a mail is tried again, by which relay, and when it is given up (DESIGN §5 Sending)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.reaching.retry import FIRST, SECOND, End, Next, after_attempt, next_way

WRITTEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TEN = timedelta(minutes=10)


def minutes(count: float) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


ENDS = [
    ("alert", ["accepted"], End.DONE),
    ("alert", ["accepted", "refused"], End.DONE),
    ("alert", ["refused"], End.FAILED),
    ("alert", ["accepted", "deferred"], End.QUEUED),
    ("alert", ["unknown"], End.QUEUED),
    ("answer", ["unknown"], End.QUEUED),
    ("receipt", ["unknown"], End.UNKNOWN),
    ("receipt", ["deferred"], End.QUEUED),
]


@pytest.mark.parametrize(("kind", "outcomes", "end"), ENDS)
def test_what_a_row_becomes(kind: str, outcomes: list[str], end: End) -> None:
    """G3: What may have arrived is sent again, a receipt never; refused is final, not taken yet is not."""
    assert after_attempt(kind, 1, outcomes, WRITTEN, WRITTEN).state is end


@pytest.mark.parametrize(
    ("kind", "spans"), [("answer", (1, 2, 5, 10, 20, 30, 30)), ("receipt", (5, 10, 20, 40, 66 + 2 / 3, 66 + 2 / 3))]
)
def test_pauses_grow(kind: str, spans: tuple[float, ...]) -> None:
    """G5: What belongs to an alarm or an answer is tried again within a minute, the rest within five; each pause is longer."""
    found = [after_attempt(kind, tries, ["deferred"], WRITTEN, WRITTEN).at for tries in range(1, len(spans) + 1)]

    assert found == [WRITTEN + minutes(span) for span in spans]


WAYS = [
    # kind, last relay, minutes since it was written, minutes of the pause, next relay, minutes until then
    ("alert", FIRST, 3, 5, FIRST, 5),
    ("alert", FIRST, 8, 10, SECOND, 2),
    ("operator", FIRST, 8, 10, SECOND, 2),
    ("alert", FIRST, 18, 20, SECOND, 0),
    ("alert", SECOND, 10, 10, FIRST, 10),
    ("answer", FIRST, 30, 30, FIRST, 30),
    ("receipt", FIRST, 30, 30, FIRST, 30),
]


@pytest.mark.parametrize(("kind", "last", "age", "pause", "route", "wait"), WAYS)
def test_which_relay_is_next(kind: str, last: str, age: int, pause: int, route: str, wait: int) -> None:
    """G6: The first has ten minutes with an alert; then the other is asked at once, and after it the first again."""
    now = WRITTEN + minutes(age)
    way = next_way(Next(End.QUEUED, now + minutes(pause), ""), kind, last, WRITTEN, now, TEN)

    assert (way.route, way.at) == (route, now + minutes(wait))


def test_without_a_second_relay_everything_takes_the_first() -> None:
    """An alert waits for its next attempt, however old it is."""
    later = WRITTEN + minutes(300)
    way = next_way(Next(End.QUEUED, later, ""), "alert", FIRST, WRITTEN, WRITTEN + minutes(200), None)

    assert (way.route, way.at) == (FIRST, later)


def test_the_relay_of_a_finished_mail_stays_on_record() -> None:
    """What the second took says so for ever."""
    assert next_way(Next(End.DONE, None, ""), "alert", SECOND, WRITTEN, WRITTEN, TEN).route == SECOND


@given(st.integers(1, 40), st.integers(0, 60 * 24), st.sampled_from([FIRST, SECOND]))
def test_no_attempt_lies_in_the_past_or_after_the_usual_pause(tries: int, age: int, last: str) -> None:
    """Whatever was tried before: the second relay brings an attempt forward, never back."""
    now = WRITTEN + minutes(age)
    following = after_attempt("alert", tries, ["deferred"], WRITTEN, now)
    way = next_way(following, "alert", last, WRITTEN, now, TEN)

    assert following.at is not None
    assert way.at is not None
    assert now <= way.at <= following.at
