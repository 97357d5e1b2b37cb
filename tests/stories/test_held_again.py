"""A held mail that its author stands by: all else about it is asked, and it is that mail that goes or stays (P7)."""

from __future__ import annotations

import re

import pytest

from mailsupport.store.schema import hold
from stories.test_actions import ready_mail
from stories.test_bad_input_by_mail import chooses, held
from stories.test_commands_by_mail import ANNA, BEN, ERIKA, JO, asked, does, rows
from stories.world import Sent, World


def inside(notice: Sent, top: str, typed: str) -> str:
    """A reply with words typed in the middle of our notice."""
    lines = [f"> {line}" for line in notice.text.splitlines()]
    middle = len(lines) // 2
    return "\n".join([top, "", "On Monday Acme Support wrote:", *lines[:middle], typed, *lines[middle:]])


def test_words_typed_inside_are_asked_about_though_its_author_insists(desk: World) -> None:
    """Held for a mistyped command, sent as written: the words in the notice would have been cut off in silence (E3)."""
    notice = asked(desk)
    desk.writes(
        ANNA, inside(notice, "/home page is down, too", "And here is the rest."), to=notice.message["Reply-To"], reply_to=notice
    )
    desk.works()
    chooses(desk, desk.expect_mail(ANNA, "held"), "send")

    desk.expect_no_mail(ERIKA)
    assert "“And here is the rest.” stands inside our notice" in desk.expect_mail(ANNA, "held").text


def test_an_address_of_ours_is_asked_about_though_its_author_insists(desk: World) -> None:
    """The first question was about a command; the second is about the address, and shows the held mail."""
    question = held(desk, asked(desk), "/home page is down, too. Ask jo@acme.example.")
    chooses(desk, question, "send")

    desk.expect_no_mail(ERIKA)
    again = desk.expect_mail(ANNA, "held")
    assert "> /home page is down, too." in again.text
    desk.replies(ANNA, again, "/discard")
    desk.works()
    assert ["dropped"] == rows(desk, hold.c.state)


def test_the_buttons_of_the_first_question_do_not_answer_the_second(desk: World) -> None:
    """Pressed twice, by a hand in a hurry: nobody has read the second question yet."""
    question = held(desk, asked(desk), "/home page is down, too. Ask canary@acme.example, or jo@acme.example.")
    chooses(desk, question, "send")
    chooses(desk, question, "send")

    desk.expect_no_mail(ERIKA)
    assert "decided before" in desk.expect_mail(ANNA, "held").text


def test_a_colleague_who_answered_while_it_was_held_is_asked_about(desk: World) -> None:
    """E11: the copy has become stale while its author was asked about something else."""
    notice, to_jo = asked(desk), desk.mails(JO)[-1]
    question = held(desk, notice, "/home page is canary, too")
    desk.replies(JO, to_jo, "Please check the belt.")
    desk.works()
    chooses(desk, question, "send")

    desk.expect_no_mail(ERIKA)
    assert "Jo Lind has answered since" in desk.expect_mail(ANNA, "held").text


def test_the_words_of_a_reply_to_us_are_never_sent(desk: World) -> None:
    """“Oh dear, please send it” was for us: when its author then presses a button, the held mail goes."""
    question = held(desk, asked(desk), "/home page is down, too")
    desk.nothing_new()
    desk.replies(ANNA, question, "Oh dear, my canary. Please send it.")
    desk.works()
    chooses(desk, desk.expect_mail(ANNA, "held"), "send")

    answer = desk.expect_mail(ERIKA)
    assert "/home page is down, too" in answer.text and "Oh dear" not in answer.text


def test_a_refused_correction_asks_about_the_held_mail(desk: World) -> None:
    """Run as corrected, refused, kept as a note: colleagues read the mail, and not the word on the button."""
    question = held(desk, asked(desk), "/merg 99\nThe canary sings.")
    chooses(desk, question, "run")
    again = desk.expect_mail(ANNA, "held")
    assert "there is no ticket 99" in again.text
    chooses(desk, again, "note")

    desk.expect_no_mail(ERIKA)
    assert "The canary sings." in desk.expect_mail(JO, "note").text


def test_a_note_with_a_mistake_cannot_be_sent(desk: World) -> None:
    """/note stands in it: whatever else its author meant, they meant it to stay here."""
    for text in (
        "/note\n/clsoe\nThe canary.",
        "/note\n/merge 99\nThe canary.",
        "The canary.\n/note",
        "/note\nThe canary. /close",
    ):
        question = held(desk, asked(desk), text)
        assert "/send" not in question.text and "/note" in question.text
        desk.replies(ANNA, question, "/send")
        desk.works()
        desk.expect_no_mail(ERIKA)


def test_a_correction_of_a_reply_to_an_alert_stays_inside(desk: World) -> None:
    """Held, corrected to /close, and run: an alert never goes to the customer, nor does what answers its question."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    alert = desk.expect_mail(BEN, "escalated")
    desk.nothing_new()
    question = held(desk, alert, "/clsoe The canary is repaired.", who=BEN)
    chooses(desk, question, "run", who=BEN)
    desk.expect_no_mail(ERIKA)
    again = desk.expect_mail(BEN, "held")
    desk.replies(BEN, again, "/close The canary is repaired.")
    desk.works()
    desk.expect_no_mail(ERIKA)


def test_a_merge_meanwhile_is_asked_about(desk: World) -> None:
    """The ticket went into another customer's while its answer was held: it would reach somebody else."""
    asked(desk, subject="Toner", who="max@globex.example")
    notice = asked(desk)
    question = held(desk, notice, "/home page is canary, too")
    does(desk, notice, "/merge 1")
    chooses(desk, question, "send")

    desk.expect_no_mail("max@globex.example")
    assert "was merged into 1" in desk.expect_mail(ANNA, "held").text


def test_a_button_says_what_it_is_about(desk: World) -> None:
    """The second question's own buttons work, once."""
    question = held(desk, asked(desk), "/home page is down, too. See max@example.org, or call jo.")
    address, _ = ready_mail(question, "/send")
    chooses(desk, question, "send")
    assert "/home page is down, too." in desk.expect_mail(ERIKA).text
    desk.nothing_new()
    desk.writes(ANNA, "/send", "send", to=address)
    desk.works()
    desk.expect_no_mail(ERIKA)


def overtaken(desk: World, words: str = "The canary sings.") -> Sent:
    """Jo has answered while Anna wrote; returns the question to Anna."""
    notice, to_jo = asked(desk), desk.mails(JO)[-1]
    desk.replies(JO, to_jo, "Please check the belt.")
    desk.works()
    desk.nothing_new()
    return held(desk, notice, words)


def test_an_overtaken_answer_becomes_a_note_as_its_mail_says(desk: World) -> None:
    """M8: after a quarter of an hour without a word of its author, colleagues read it; the customer never."""
    question = overtaken(desk)
    assert "Without a choice it becomes an internal note on Mon 23 Nov, 10:15" in question.text
    desk.passes("14m")
    desk.expect_no_mail(JO)
    desk.passes("2m")

    assert "The canary sings." in desk.expect_mail(JO, "note").text
    desk.expect_no_mail(ERIKA)
    desk.nothing_new()
    desk.passes("2h")
    desk.expect_no_mail(JO)


def test_an_overtaken_answer_has_one_set_of_choices(desk: World) -> None:
    """M8: mine too, a note, or dropped; in buttons and in words, and nothing else does the same."""
    question = overtaken(desk)

    assert [label in question.html for label in ("Send mine too", "Make mine a note", "Drop mine")] == [True] * 3
    assert re.findall(r"Reply (/\w+)", question.text) == ["/send", "/note", "/discard"]
    assert "any words" not in question.text and "Please check the belt." in question.text


def test_words_that_choose_nothing_are_asked_about_once_more(desk: World) -> None:
    """“Oh, I did not see that” sends nothing; the same choices come again, and the note comes when it was said to come."""
    question = overtaken(desk)
    desk.passes("10m")
    desk.replies(ANNA, question, "Oh, I did not see that.")
    desk.works()

    desk.expect_no_mail(ERIKA)
    again = desk.expect_mail(ANNA, "held")
    assert "does not say" in again.text and "Without a choice it becomes an internal note on Mon 23 Nov, 10:15" in again.text
    assert "Please check the belt." in again.text
    desk.passes("6m")
    assert "The canary sings." in desk.expect_mail(JO, "note").text


@pytest.mark.parametrize("words", ["Yes, both are needed.", "ja bitte", "send"])
def test_a_plain_yes_sends_an_overtaken_answer(desk: World, words: str) -> None:
    """A word that can mean nothing else is enough."""
    desk.replies(ANNA, overtaken(desk, "And the toner."), words)
    desk.works()

    assert "And the toner." in desk.expect_mail(ERIKA).text


@pytest.mark.parametrize(
    "words", ["Ok, Jo has said it.", "Yes, but don't send mine.", "Send nothing.", "Ja, bitte verwerfen", "ok"]
)
def test_a_yes_that_may_mean_no_sends_nothing(desk: World, words: str) -> None:
    """The customer has an answer already: what may be taken back is asked about once more."""
    desk.replies(ANNA, overtaken(desk, "And the toner."), words)
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert "does not say" in desk.expect_mail(ANNA, "held").text


def test_an_overtaken_answer_may_still_be_sent_or_dropped_later(desk: World) -> None:
    """The mail says so: whoever comes back after lunch presses a button as before."""
    question = overtaken(desk)
    desk.passes("30m")
    chooses(desk, question, "discard")

    desk.expect_no_mail(ERIKA)
    assert ["dropped"] == rows(desk, hold.c.state)


def test_a_decided_one_becomes_nothing_more(desk: World) -> None:
    """Dropped within the quarter: no note comes after it."""
    chooses(desk, overtaken(desk), "discard")
    desk.nothing_new()
    desk.passes("1h")
    desk.expect_no_mail(JO)
