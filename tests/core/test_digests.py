"""When somebody's next mail of alerts goes: the first at once, then few, and never never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsupport.core.reaching.digests import FEW, FEW_WITHIN, PACE, next_mail
from mailsupport.core.reaching.flood import FLOOD, Lapse, Tally, counted, top

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
A_DAY = 12


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("sent", "now", "goes"),
    [
        ((), 0, 0),  # the first goes at once
        ((0,), 0.5, 2),  # half a minute later: collected until two minutes are over
        ((0,), 3, 2),  # they are over already
        ((0, 2), 3, 5),  # two in five minutes, not three
        ((0, 2), 6, 5),
        ((-70, 0), 1, 2),  # what went more than an hour ago does not count
        ((10,), 0, 0),  # a clock set back: what is to come has not been
        (tuple(range(-55, 0, 5)) + (0,), 1, 15),  # twelve in an hour: one in a quarter of an hour
        (tuple(range(-50, 0, 5)) + (0,), 1, 2),  # eleven
    ],
)
def test_when_the_next_mail_goes(sent: tuple[int, ...], now: float, goes: float) -> None:
    """Minutes after noon at which mails went, the present, and from when on the next one goes."""
    assert at(goes) == next_mail([at(minutes) for minutes in sent], at(now), A_DAY)


@given(st.lists(st.integers(0, 7200), max_size=400), st.integers(1, 20))
def test_however_many_alerts_come_few_mails_go_and_none_waits_for_ever(seconds: list[int], most: int) -> None:
    """Whoever collects by this rule sends at most two mails in five minutes, and each alert within a quarter of an hour."""
    sent: list[datetime] = []
    for second in sorted(seconds):
        now = NOON + timedelta(seconds=second)
        if sent and sent[-1] >= now:
            assert sent[-1] - now <= PACE  # it goes with the mail that waits already
            continue
        sent.append(max(next_mail(sent, now, most), now))
        assert sent[-1] - now <= PACE

    assert all(later - first >= FEW_WITHIN for first, later in zip(sent, sent[FEW:], strict=False))


def lapses(count: int, customer: str = "Globex", first: int = 1) -> list[Lapse]:
    return [Lapse(first + n, customer, at(n)) for n in range(count)]


def test_more_than_fifty_lapses_in_ten_minutes_are_a_flood_and_told_once() -> None:
    """Fifty are a bad day; the operator hears of the next one, and of no further one until it has been calm."""
    tally = counted(Tally(), lapses(FLOOD), at(0))
    assert not tally.is_flood

    tally = counted(tally, lapses(1, "Initech", first=900), at(9))
    assert tally.is_flood
    assert (("Globex", FLOOD), ("Initech", 1)) == top(tally)
    assert tally.oldest is not None and tally.oldest.ticket == 1


def test_lapses_far_apart_are_no_flood() -> None:
    """Six an hour for a day are many, and each is told by itself."""
    tally = Tally()
    for hour in range(24):
        tally = counted(tally, lapses(6), at(60 * hour))

    assert not tally.is_flood
