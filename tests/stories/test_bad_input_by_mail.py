"""What staff get wrong: each mistake gets a clear mail to its author, nothing goes to the customer, and the mail is kept."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from mailsupport.store.schema import clock, hold, mail, raw, ticket
from stories.test_actions import ready_mail
from stories.test_commands_by_mail import ANNA, BEN, ERIKA, GERMAN, JO, asked, does, rows
from stories.world import Sent, World


def held(desk: World, notice: Sent, text: str, who: str = ANNA) -> Sent:
    """One of us replies, and is asked; nothing goes to the customer, the mail and its bytes are kept."""
    before = len(rows(desk, mail.c.id))
    desk.replies(who, notice, text)
    desk.works()
    desk.expect_no_mail(ERIKA)
    assert len(rows(desk, mail.c.id)) == before + 1 == len(rows(desk, raw.c.mail))
    return desk.expect_mail(who, "held")


def chooses(desk: World, question: Sent, choice: str, who: str = ANNA) -> None:
    """Sends the ready mail behind a button as it is."""
    address, body = ready_mail(question, f"/{choice}")
    desk.nothing_new()
    desk.writes(who, body, choice, to=address)
    desk.works()


# --- a command that is none -------------------------------------------------------------------------------------------------


def test_a_mistyped_command_is_offered_corrected(desk: World) -> None:
    """M7: what was wrong, the nearest, the text, and three ways on."""
    question = held(desk, asked(desk), "/clsoe\nThe belt is replaced.")

    for words in ("Nothing was sent and nothing was changed.", "“/clsoe”", "Did you mean /close?", "> The belt is replaced."):
        assert words in question.text
    assert {"/run", "/send", "/note", "/discard"} <= set(re.findall(r"Reply (/\w+)", question.text))


def test_run_corrected(desk: World) -> None:
    """One press, and it is done as it was meant."""
    question = held(desk, asked(desk), "/clsoe\nThe belt is replaced.")
    chooses(desk, question, "run")

    answer = desk.expect_mail(ERIKA)
    assert "The belt is replaced." in answer.text and "clsoe" not in answer.text
    assert "Closed." in desk.expect_mail(ANNA, "done").text
    assert (["closed"], ["confirmed"]) == (rows(desk, ticket.c.state), rows(desk, hold.c.state))


def test_send_as_written(desk: World) -> None:
    """It was no command at all."""
    question = held(desk, asked(desk), "/home page is down, too")
    chooses(desk, question, "send")

    assert "/home page is down, too" in desk.expect_mail(ERIKA).text


def test_keep_as_a_note(desk: World) -> None:
    """Colleagues read it, the customer never."""
    question = held(desk, asked(desk), "/clsoe\nThe canary is repaired.")
    chooses(desk, question, "note")

    desk.expect_no_mail(ERIKA)
    assert "The canary is repaired." in desk.expect_mail(JO, "note").text
    assert "Kept as an internal note." in desk.expect_mail(ANNA, "done").text


def test_throw_it_away(desk: World) -> None:
    """Nothing follows."""
    question = held(desk, asked(desk), "/clsoe\nThe canary is repaired.")
    chooses(desk, question, "discard")

    desk.expect_no_mail(ERIKA)
    desk.expect_no_mail(JO)
    assert ["dropped"] == rows(desk, hold.c.state)


def test_a_choice_works_once(desk: World) -> None:
    """A second press of a button sends nothing more, and its author hears that it was decided."""
    question = held(desk, asked(desk), "/clsoe\nThe belt is replaced.")
    chooses(desk, question, "run")
    chooses(desk, question, "send")

    desk.expect_no_mail(ERIKA)
    assert "decided before" in desk.expect_mail(ANNA, "held").text


def test_a_choice_that_was_not_offered_is_none(desk: World) -> None:
    """A mail with a marker of ours in it is never sent, whatever its author says."""
    notice = asked(desk)
    question = held(desk, notice, f"As in {notice.message['Message-ID']}, canary.")
    desk.nothing_new()
    desk.replies(ANNA, question, "/send")
    desk.works()

    desk.expect_no_mail(ERIKA)


def test_words_without_a_choice_are_asked_again(desk: World) -> None:
    """“Send it please” is for us, not for the customer."""
    question = held(desk, asked(desk), "/clsoe\nThe canary is repaired.")
    desk.nothing_new()
    desk.replies(ANNA, question, "Oh dear, canary. Please send it.")
    desk.works()

    desk.expect_no_mail(ERIKA)
    desk.expect_mail(ANNA, "held")


def test_the_corrected_mail_may_be_the_reply(desk: World) -> None:
    """Whoever types it anew into the reply is understood, and the held mail is dropped."""
    question = held(desk, asked(desk), "/clsoe\nThe canary is repaired.")
    desk.nothing_new()
    desk.replies(ANNA, question, "/close The belt is replaced.")
    desk.works()

    assert "The belt is replaced." in desk.expect_mail(ERIKA).text
    assert ["dropped"] == rows(desk, hold.c.state)


def test_a_choice_may_be_typed_in_german(desk_with: Callable[[str], World]) -> None:
    """The word for a note, alone."""
    desk = desk_with(GERMAN)
    question = held(desk, asked(desk), "/clsoe\nThe canary is repaired.")
    desk.nothing_new()
    desk.replies(ANNA, question, "/notiz")
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert "The canary is repaired." in desk.expect_mail(JO, "note").text


def test_another_cannot_choose(desk: World) -> None:
    """P8: the question's token is its author's alone."""
    question = held(desk, asked(desk), "/clsoe\nThe canary is repaired.")
    chooses(desk, question, "send", who=JO)

    desk.expect_no_mail(ERIKA)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("/priority huge\nThe canary.", "“huge” is no priority"),
        ("/due someday", "a deadline needs a date"),
        ("/spent belt", "“belt” does not begin with a time"),
        ("/cost part", "does not begin with a sum"),
        ("/assign nobody-here", "nobody of ours is called"),
        ("/merge 99", "there is no ticket 99"),
        ("/cc +anna@acme.example", "is ours"),
        ("/close", "closing needs the resolution"),
        ("/close Done\n/pause 2d", "contradict each other"),
        ("/take\n/drop no time", "contradict each other"),
        ("/note\n/public\nThe canary.", "contradict each other"),
        ("/undo\n/take", "stands alone"),
        ("/take\n/take", "stands there twice"),
        ("/drop", "needs a reason"),
        ("/split", "nothing on this ticket"),
        ("/resend", "no answer of ours"),
        ("ack", "a command begins with a slash"),
        ("The canary is repaired. /close", "stands below other text"),
    ],
)
def test_what_cannot_be_obeyed_is_said(desk: World, text: str, why: str) -> None:
    """All or nothing: the ticket is as it was, and why stands in the mail."""
    notice = asked(desk)
    before = rows(desk, ticket.c.number, ticket.c.state, ticket.c.priority, ticket.c.assignee, ticket.c.revision)
    question = held(desk, notice, text)

    assert why in " ".join(question.text.split())
    assert before == rows(desk, ticket.c.number, ticket.c.state, ticket.c.priority, ticket.c.assignee, ticket.c.revision)
    assert ["running"] == rows(desk, clock.c.state)


def test_reasons_are_in_the_language_of_the_reader(desk_with: Callable[[str], World]) -> None:
    """No English sentence in a German mail."""
    desk = desk_with(GERMAN)
    question = held(desk, asked(desk), "/clsoe\nDer Riemen ist ersetzt.")

    assert "sieht aus wie ein Befehl" in question.text and "Meinten Sie /close?" in question.text
    assert "looks like" not in question.text


# --- where it was sent ------------------------------------------------------------------------------------------------------


def test_both_addresses_at_once_are_asked_about(desk: World) -> None:
    """E4: an answer or a note? Its author chooses; until then it is neither."""
    notice = asked(desk)
    note, _ = ready_mail(notice, "/note")
    desk.writes(ANNA, "The canary sings.", to=f"{notice.message['Reply-To']}, {note}", reply_to=notice)
    desk.works()
    question = desk.expect_mail(ANNA, "held")
    desk.expect_no_mail(ERIKA)
    chooses(desk, question, "note")

    desk.expect_no_mail(ERIKA)
    assert "The canary sings." in desk.expect_mail(JO, "note").text


def test_a_mail_to_the_note_address_is_a_note(desk: World) -> None:
    """E4: the address alone says so; no command is needed."""
    note, _ = ready_mail(asked(desk), "/note")
    desk.writes(ANNA, "The canary sings.", "Printer", to=note)
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert "The canary sings." in desk.expect_mail(JO, "note").text


def test_two_tickets_at_once_are_asked_about(desk: World) -> None:
    """Whose answer would it be?"""
    first = asked(desk, subject="Printer")
    second = asked(desk, subject="Toner")
    desk.writes(ANNA, "Canary.", to=f"{first.message['Reply-To']}, {second.message['Reply-To']}", reply_to=first)
    desk.works()

    assert "#1, #2" in desk.expect_mail(ANNA, "held").text
    desk.expect_no_mail(ERIKA)


def test_an_answer_to_a_closed_ticket_is_asked_about(desk: World) -> None:
    """Its author may have missed that; one press sends it all the same."""
    notice = asked(desk)
    does(desk, notice, "/close The belt is replaced.")
    desk.nothing_new()
    question = held(desk, notice, "And the toner, too.")
    assert "the ticket is closed" in question.text
    chooses(desk, question, "send")

    assert "And the toner, too." in desk.expect_mail(ERIKA).text


def test_an_answer_to_a_merged_ticket_is_asked_about(desk: World) -> None:
    """It would go to another conversation than its author thinks."""
    asked(desk, subject="Printer")
    second = asked(desk, subject="Printer again")
    does(desk, second, "/merge 1")
    desk.nothing_new()

    assert "ticket 2 was merged into 1" in held(desk, second, "Check the canary.").text


def test_a_colleagues_answer_is_shown(desk: World) -> None:
    """M8: who was quicker, and what they wrote."""
    notice = asked(desk)
    desk.replies(JO, desk.mails(JO)[0], "Check the belt.")
    desk.works()
    desk.nothing_new()
    question = held(desk, notice, "Check the canary.")

    assert "Jo Lind has answered" in question.text and "> Check the belt." in question.text


def test_a_signature_alone_is_no_answer(desk: World) -> None:
    """Sent too early; the customer gets nothing."""
    assert "nothing in it but a signature" in held(desk, asked(desk), "Best regards\nAnna Berg\nAcme canary").text


def test_a_phones_tail_alone_is_no_answer(desk: World) -> None:
    """An empty reply from a phone."""
    assert "nothing in it but a signature" in held(desk, asked(desk), "Sent from my iPhone").text


def test_somebody_elses_token(desk: World) -> None:
    """P8: Jo answers Anna's copy; he hears that it is not his."""
    question = held(desk, asked(desk), "Check the canary.", who=JO)

    assert "is not among the addresses" in question.text


def test_an_expired_button(desk: World) -> None:
    """A ready mail of long ago, signed with a key that is gone: no ticket is opened, its author is told."""
    address, body = ready_mail(asked(desk), "/close")
    local, _, domain = address.partition("@")
    stale = f"{local[:-4]}{'aaaa' if local[-4:] != 'aaaa' else 'bbbb'}@{domain}"
    desk.writes(ANNA, f"{body}The canary is repaired.", "close", to=stale)
    desk.works()

    assert "not valid any more" in desk.expect_mail(ANNA, "held").text
    desk.expect_no_mail(ERIKA)
    assert [1] == rows(desk, ticket.c.number)


def test_a_robot_that_answers_a_notification_hears_nothing(desk: World) -> None:
    """D1: Anna is away, her program says so; nobody is written to and nothing changes."""
    desk.is_away(ANNA, asked(desk))
    desk.works()

    desk.expect_no_mail()
    assert (["new"], ["running"]) == (rows(desk, ticket.c.state), rows(desk, clock.c.state))


def test_a_command_by_a_robot_is_none(desk: World) -> None:
    """E5: an automatic mail with a command on top."""
    desk.replies(ANNA, asked(desk), "/close canary", headers={"Auto-Submitted": "auto-replied"})
    desk.works()

    assert ["new"] == rows(desk, ticket.c.state)
    desk.expect_no_mail(ERIKA)


def test_closing_by_an_alert_is_refused(desk: World) -> None:
    """An alert never goes to the customer, so neither does what answers it."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    alert = desk.expect_mail(BEN, "escalated")
    desk.nothing_new()
    question = held(desk, alert, "/close canary", who=BEN)

    assert "/close would write to them" in question.text


def test_a_contact_may_take_the_ticket(desk: World) -> None:
    """Contacts of a chain are staff on tickets they were alerted about; the chain rests."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    does(desk, desk.expect_mail(BEN, "escalated"), "/take\n/priority critical", who=BEN)
    desk.passes("1h")

    assert [("ben", "critical")] == rows(desk, ticket.c.assignee, ticket.c.priority)
    assert 1 == len(desk.mails(kind="escalated"))
