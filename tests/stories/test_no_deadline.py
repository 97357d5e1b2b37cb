"""A customer writes again, and the contract promises no further answer: nobody reads of a deadline that does not exist."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest

from mailsupport.store.schema import clock
from stories.world import SETTINGS, World, rows

ERIKA, ANNA = "erika@globex.example", "anna@acme.example"
NEXT = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nnext_response = "2h"')
SOLVED = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nresolution = "72h"')
GERMAN = SETTINGS.replace('name = "Acme Support"', 'name = "Acme Support"\nlanguages = ["de", "en"]')
NONE = "No deadline runs: the contract promises no time for a further answer."
KEINE = "Es läuft keine Frist: Der Vertrag verspricht für eine weitere Antwort keine Zeit."


def written_again(desk: World, words: str = "And now it smells.") -> None:
    """Erika asked, Anna answered, Erika writes again."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA), "Please check the belt.")
    desk.works()
    answer = desk.expect_mail(ERIKA)
    desk.nothing_new()
    desk.replies(ERIKA, answer, words)
    desk.works()


@pytest.mark.parametrize(("settings", "said"), [(SETTINGS, NONE), (SOLVED, NONE), (GERMAN, KEINE)])
def test_staff_read_that_no_deadline_runs(desk_with: Callable[[str], World], settings: str, said: str) -> None:
    """One sentence in text and HTML, and no time by which to answer; the customer gets no mail."""
    desk = desk_with(settings)
    written_again(desk)
    notice = desk.expect_mail(ANNA, "customer_reply")

    assert said in notice.text and said in unescape(notice.html)
    assert "Answer by" not in notice.text and "Antwort bis" not in notice.text
    assert notice.message["X-Mailsupport-Due"] is None
    desk.expect_no_mail(ERIKA)


def test_where_one_is_promised_it_stands_there(desk_with: Callable[[str], World]) -> None:
    """`next_response`: the deadline, and no such sentence."""
    desk = desk_with(NEXT)
    written_again(desk)
    notice = desk.expect_mail(ANNA, "customer_reply").text

    assert "Answer by Mon 23 Nov, 11:00 UTC" in notice and NONE not in notice


def test_while_the_first_answer_is_owed_its_deadline_stands_there(desk: World) -> None:
    """A second mail before any answer is under the first promise."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    receipt = desk.expect_mail(ERIKA)
    desk.nothing_new()
    desk.replies(ERIKA, receipt, "And now it smells.")
    desk.works()
    notice = desk.expect_mail(ANNA, "customer_reply").text

    assert "Answer by Mon 23 Nov, 13:00 UTC" in notice and NONE not in notice


def test_who_asks_for_somebody_above_is_promised_no_answer_by_the_solution(desk_with: Callable[[str], World]) -> None:
    """H7: The time by which it is to be solved is no time by which they are answered."""
    desk = desk_with(SOLVED)
    written_again(desk, "urgent")

    assert ("resolution", "running") in rows(desk, clock.c.kind, clock.c.state)
    assert "at the latest" not in desk.expect_mail(ERIKA).text
