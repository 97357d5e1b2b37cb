"""away and back: from when until when, and who is told meanwhile."""

from __future__ import annotations

import pytest
from promise_desk import at
from verb_asks import ANNA, NOON, ask, done, refusal

from mailsupport.core.deciding.verbs.asked import Done
from mailsupport.core.desk import Absence
from mailsupport.core.orders import EndAbsence, NoteAbsence

AWAYS = [
    ("until Friday", NOON, "2026-03-06 23:00", ""),
    ("2d", NOON, "2026-03-06 12:00", ""),
    ("until Friday 14:00", NOON, "2026-03-06 13:00", ""),
    ("today", NOON, "2026-03-04 23:00", ""),
    ("until 20.3. pat", NOON, "2026-03-20 23:00", "pat"),
    ("until 20.3. deputy: Pat Project", NOON, "2026-03-20 23:00", "pat"),
    ("bis Freitag Vertretung pat@acme.example", NOON, "2026-03-06 23:00", "pat"),
    ("from 9.3. until 20.3. Dana", "2026-03-08 23:00", "2026-03-20 23:00", "dana"),
]


@pytest.mark.parametrize(("value", "start", "end", "deputy"), AWAYS)
def test_an_absence_is_noted(value: str, start: object, end: str, deputy: str) -> None:
    """A day is away until its end, in the person's zone; the deputy is named by key, name or address."""
    (order,) = done(ask("away", value.replace("bis Freitag", "until Friday")))

    begin = start if not isinstance(start, str) else at(start)
    assert order == NoteAbsence(Absence("anna", begin, at(end), deputy), "command")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "away_needs_time"),
        ("pat", "away_needs_time"),
        ("until 1/4", "when_two"),
        ("until 1.3.2026", "when_past"),
        ("2 weeks nobody", "nobody_called"),
        ("2 weeks anna", "deputy_is_you"),
        ("2 weeks account", "several_people"),
        ("from 20.3. until 9.3.", "away_ends_first"),
        ("700 days", "away_too_long"),
    ],
)
def test_what_is_not_clear_is_refused(value: str, why: str) -> None:
    """No time, two readings, the past, nobody of ours, oneself, a year and more."""
    assert refusal(ask("away", value)) == why


def test_who_is_away_alone_hears_so() -> None:
    """Without a deputy alerts go to the next step, and that is said; with one, their name."""
    alone, with_pat = ask("away", "2d"), ask("away", "2d pat")

    assert isinstance(alone, Done)
    assert isinstance(with_pat, Done)
    assert alone.said is not None
    assert with_pat.said is not None
    assert (alone.said.code, with_pat.said.code) == ("away_alone", "away_deputy")
    assert with_pat.said.values["name"] == "Pat Project"


def test_back_ends_it_now() -> None:
    """Whatever was told by mail."""
    assert done(ask("back")) == (EndAbsence(ANNA.key, NOON),)
