"""What people say of being away: the last word counts, and being back ends it."""

from __future__ import annotations

from datetime import timedelta

from stored import NOON, after

from mailsupport.core.desk import Absence
from mailsupport.store import Tx, absences


def a_week(person: str = "ben", days: int = 7, deputy: str = "") -> Absence:
    """An absence from noon on."""
    return Absence(person, NOON, NOON + timedelta(days=days), deputy)


def test_an_absence_is_known_until_it_is_over(tx: Tx) -> None:
    """With its deputy; on its last instant the person is back."""
    absences.note(tx, a_week(deputy="jo"), "command", NOON)

    assert absences.from_now_on(tx, after(hours=1)) == [a_week(deputy="jo")]
    assert absences.from_now_on(tx, NOON + timedelta(days=7)) == []


def test_the_last_word_takes_the_place_of_the_one_before(tx: Tx) -> None:
    """Whoever says another date meant that one; others are not touched."""
    absences.note(tx, a_week(), "command", NOON)
    absences.note(tx, a_week("cleo"), "notice", NOON)
    absences.note(tx, a_week(days=2), "command", NOON)

    assert set(absences.from_now_on(tx, NOON)) == {a_week("cleo"), a_week(days=2)}


def test_being_back_ends_it(tx: Tx) -> None:
    """The time that was away stays on record; what lay ahead is forgotten; a second time changes nothing."""
    absences.note(tx, a_week(), "command", NOON)
    absences.note(tx, Absence("ben", NOON + timedelta(days=20), NOON + timedelta(days=30)), "command", NOON)

    assert [absences.end(tx, "ben", after(hours=2)) for _ in range(2)] == [True, False]
    assert absences.from_now_on(tx, after(hours=1)) == [Absence("ben", NOON, after(hours=2))]
