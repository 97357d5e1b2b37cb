"""M4: “How was it?” under the mail that closes: what the buttons send, what is recorded, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailsupport.store import history
from mailsupport.store.rows import LogRow
from mailsupport.store.schema import clock
from stories.customers import OUTLOOK, PHONE, THUNDERBIRD, button, presses
from stories.test_thanks_by_mail import answered, state
from stories.world import SETTINGS, Sent, World, rows

ERIKA, STRANGER, ANNA, JO = "erika@globex.example", "mallory@evil.example", "anna@acme.example", "jo@acme.example"
GERMAN = SETTINGS.replace('match = ["@globex.example"]', 'match = ["@globex.example"]\nlanguage = "de"')
WITHOUT = SETTINGS.replace("ack_guard", "ratings = false\nack_guard", 1)


def closing_of(desk: World, words: str = "The belt was replaced.") -> Sent:
    """Erika asked, Anna closed with an answer: the mail that Erika gets."""
    return answered(desk, f"/close {words}")


def rated(desk: World) -> list[LogRow]:
    """What the customer said of it."""
    with desk.assembly.service.store.read() as tx:
        return [line for line in history.history(tx, 1) if line.event.startswith("rated_")]


def running(desk: World) -> int:
    """How many clocks run."""
    return sum(one == "running" for (one,) in rows(desk, clock.c.state))


@pytest.mark.parametrize("signature", ["", PHONE, THUNDERBIRD])
@pytest.mark.parametrize(("settings", "label"), [(SETTINGS, "Good"), (GERMAN, "Gut")])
def test_good_is_recorded_and_nobody_is_troubled(
    desk_with: Callable[[str], World], settings: str, label: str, signature: str
) -> None:
    """M4: It stays closed, no clock runs, nobody is written to; the history holds it."""
    desk = desk_with(settings)
    presses(desk, ERIKA, closing_of(desk), label, signature=signature)
    desk.passes("12h")

    assert [(line.event, line.actor) for line in rated(desk)] == [("rated_good", ERIKA)]
    assert (state(desk), running(desk)) == ("closed", 0)
    desk.expect_no_mail()


def test_an_unmarked_signature_below_good_opens_nothing(desk: World) -> None:
    """Outlook puts it there: it asks nothing of anybody."""
    presses(desk, ERIKA, closing_of(desk), "Good", signature=OUTLOOK)
    desk.works()

    assert rated(desk)[0].event == "rated_good"
    assert state(desk) == "closed"


def test_praise_reaches_staff(desk: World) -> None:
    """M4: Their sentence stands beside the rating, and in a notification; it stays closed."""
    presses(desk, ERIKA, closing_of(desk), "Good", more="Anna was quick and friendly.")
    desk.works()

    assert rated(desk)[0].data["words"] == "Anna was quick and friendly."
    notice = desk.expect_mail(JO, "rated_good")
    assert "The customer was content, and writes why" in notice.text and "Anna was quick" in notice.text
    assert (state(desk), running(desk)) == ("closed", 0)
    desk.expect_no_mail(ERIKA)


def test_a_question_beside_good_is_a_request(desk: World) -> None:
    """In doubt somebody answers: it is open again, a clock runs, and the rating is noted all the same."""
    presses(desk, ERIKA, closing_of(desk), "Good", more="But when does the scanner come?")
    desk.works()

    assert rated(desk)[0].event == "rated_good"
    assert (state(desk), running(desk)) == ("open", 1)
    assert "when does the scanner come" in desk.expect_mail(ANNA, "reopened").text


def test_not_good_alone_reaches_staff_at_once(desk: World) -> None:
    """M4: It stays closed, for nothing was asked; whoever answers hears of it and may open it."""
    presses(desk, ERIKA, closing_of(desk), "Not good")
    desk.works()

    assert rated(desk)[0].event == "rated_not_good"
    assert "The customer was not content" in desk.expect_mail(ANNA, "rated_not_good").text
    assert (state(desk), running(desk)) == ("closed", 0)
    desk.expect_no_mail(ERIKA)


def test_not_good_with_words_is_a_request(desk: World) -> None:
    """M4: Who says what was wrong waits for somebody: it is open again, with a clock."""
    presses(desk, ERIKA, closing_of(desk), "Not good", more="It prints blank pages still.")
    desk.works()

    assert [line.data["words"] for line in rated(desk)] == ["It prints blank pages still."]
    assert (state(desk), running(desk)) == ("open", 1)
    assert "It prints blank pages still." in desk.expect_mail(ANNA, "reopened").text
    desk.expect_no_mail(ERIKA)


def test_the_word_may_be_replaced_by_a_sentence(desk: World) -> None:
    """The subject still says what it was about."""
    presses(desk, ERIKA, closing_of(desk), "Not good", text="Nobody called me.")
    desk.works()

    assert rated(desk)[0].data["words"] == "Nobody called me."
    assert state(desk) == "open"


def test_the_word_in_a_reply_is_a_rating(desk: World) -> None:
    """The text of the mail says so, for programs that show no buttons."""
    closing = closing_of(desk)
    assert "Reply with “Good” or “Not good” alone on the first line" in closing.text
    desk.replies(ERIKA, closing, "Good")
    desk.works()

    assert rated(desk)[0].event == "rated_good"
    assert state(desk) == "closed"


def test_it_works_where_plus_addresses_do_not_arrive(desk_with: Callable[[str], World]) -> None:
    """The ready mail's subject holds the number with its check characters."""
    desk = desk_with(SETTINGS.replace('plus_address = "on"', 'plus_address = "off"'))
    closing = closing_of(desk)
    assert button(closing, "Good")[1].startswith("Good: Printer on floor 3 [#1-")
    presses(desk, ERIKA, closing, "Good")
    desk.works()

    assert rated(desk)[0].event == "rated_good"
    assert state(desk) == "closed"


def test_a_strangers_rating_counts_for_nothing(desk: World) -> None:
    """P8: Whoever was forwarded the mail joins as somebody new, and rates nothing."""
    presses(desk, STRANGER, closing_of(desk), "Good")
    desk.works()

    assert rated(desk) == []
    assert desk.expect_mail(ANNA, "stranger")


def test_a_robot_rates_nothing(desk: World) -> None:
    """P9: An absence notice that repeats our subject."""
    address, subject, body = button(closing_of(desk), "Good")
    desk.writes(ERIKA, body, subject, to=address, headers={"Auto-Submitted": "auto-replied"})
    desk.works()

    assert rated(desk) == []
    assert state(desk) == "closed"


def test_a_rating_of_a_request_that_is_open_again_changes_nothing(desk: World) -> None:
    """The button of the old mail is pressed late: it is noted, and what is owed is owed."""
    closing = closing_of(desk)
    desk.replies(ERIKA, closing, "It fails again.")
    desk.works()
    presses(desk, ERIKA, closing, "Good")
    desk.works()

    assert rated(desk)[0].event == "rated_good"
    assert (state(desk), running(desk)) == ("open", 1)


def test_the_question_can_be_left_out(desk_with: Callable[[str], World]) -> None:
    """`ratings = false`: the mail that closes asks nothing."""
    closing = closing_of(desk_with(WITHOUT))

    assert "Not solved? Simply reply" in closing.text
    assert "How was it" not in closing.text and "mailto:" not in closing.html


def test_what_an_answer_names_becomes_rows(desk: World) -> None:
    """M4: Cause, what was done, what to keep in mind, between the person's own words."""
    closing = closing_of(
        desk, "\nHello Ms Muster,\n\nCause: worn belt\nFix: belt replaced\nNote: next belt at 90,000 pages\n\nRegards"
    )

    assert (
        "    Cause: worn belt\n    What we did: belt replaced\n    Please keep in mind: next belt at 90,000 pages"
        in "\n".join(closing.text.splitlines())
    )
    assert "What we did</td>" in closing.html and closing.html.index("Hello Ms Muster") < closing.html.index("worn belt")


def test_rows_are_named_in_the_customers_language(desk_with: Callable[[str], World]) -> None:
    """Anna writes English heads, Erika reads German ones."""
    closing = closing_of(desk_with(GERMAN), "\nCause: Band\nFix: getauscht")

    assert "Ursache: Band" in closing.text and "Was wir getan haben: getauscht" in closing.text
