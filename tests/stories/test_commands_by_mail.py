"""Staff work by commands: each verb by a real reply to a real notification, and the mail that confirms it (E5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from mailsupport.app.letters.to_author import PAGES_AN_HOUR
from mailsupport.daemon.assembly import reassemble
from mailsupport.store.schema import clock, hold, log, mail, outbox, participant, ticket
from stories.test_actions import ready_mail
from stories.world import SETTINGS, Sent, World

ERIKA, ANNA, JO, BEN, OPS = "erika@globex.example", "anna@acme.example", "jo@acme.example", "ben@acme.example", "ops@acme.example"
GERMAN = SETTINGS.replace('name = "Anna Berg"', 'name = "Anna Berg"\nlanguage = "de"')
PATIENT = 'undo_window = "60s"\n' + SETTINGS


def asked(desk: World, words: str = "It prints blank pages.", subject: str = "Printer on floor 3", who: str = ERIKA) -> Sent:
    """A customer asks; returns Anna's notification an hour later."""
    desk.writes(who, words, subject)
    desk.passes("1h")
    notice = desk.expect_mail(ANNA)
    desk.nothing_new()
    return notice


def does(desk: World, notice: Sent, text: str, who: str = ANNA) -> Sent:
    """One of us replies; returns the confirmation."""
    desk.replies(who, notice, text)
    desk.works()
    return desk.expect_mail(who, "done")


def rows(desk: World, *columns: Any) -> list[Any]:
    """Columns of a table, oldest row first; bare values where there is one column."""
    with desk.assembly.service.store.read() as tx:
        found = tx.execute(select(*columns).order_by(*columns[0].table.primary_key)).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in found]


def logged(desk: World, event: str) -> list[Any]:
    """The data of every line of the log of that kind."""
    return [data for kind, data in rows(desk, log.c.event, log.c.data) if kind == event]


# --- ownership --------------------------------------------------------------------------------------------------------------


def test_take_and_drop(desk: World) -> None:
    """Anna takes the ticket, and gives it back with a reason that Jo hears."""
    notice = asked(desk)
    assert "Taken by you." in does(desk, notice, "/take").text
    assert ["anna"] == rows(desk, ticket.c.assignee)
    desk.expect_no_mail(ERIKA)

    assert "Dropped" in does(desk, notice, "/drop no time before noon").text
    assert [""] == rows(desk, ticket.c.assignee)
    told = desk.expect_mail(JO, "dropped")
    assert "It prints blank pages." in told.text and "/drop" not in told.text.split("Commands")[0]


def test_assign_tells_whoever_gets_it(desk: World) -> None:
    """Jo gets a notification whose plain reply is an answer."""
    does(desk, asked(desk), "/assign jo")
    told = desk.expect_mail(JO, "assigned")
    assert ["jo"] == rows(desk, ticket.c.assignee)

    desk.replies(JO, told, "Please check the belt.")
    desk.works()
    assert "Please check the belt." in desk.expect_mail(ERIKA).text


def test_take_with_text_answers_too(desk: World) -> None:
    """The command is done, its text goes to the customer without it."""
    done = does(desk, asked(desk), "/take\n/priority high\nHello Erika, we are on it.")

    answer = desk.expect_mail(ERIKA)
    assert "we are on it." in answer.text and "/take" not in answer.text
    assert "Taken by you." in done.text and "The priority is high now." in done.text and "Sent to" in done.text
    assert [("anna", "high")] == rows(desk, ticket.c.assignee, ticket.c.priority)


def test_next_hands_out_the_most_urgent(desk: World) -> None:
    """The older one, which is due first; its notification comes to whoever asked."""
    asked(desk, subject="Printer")
    second = asked(desk, subject="Toner")
    done = does(desk, second, "/next")

    assert "“Printer”" in done.text
    assert ["anna", ""] == rows(desk, ticket.c.assignee)
    assert "Printer" in desk.expect_mail(ANNA, "assigned").subject


# --- what the customer gets -------------------------------------------------------------------------------------------------


def test_close_sends_the_resolution(desk: World) -> None:
    """What stands behind the command is the answer, and the ticket is closed."""
    done = does(desk, asked(desk), "/close The belt is replaced.")

    assert "The belt is replaced." in desk.expect_mail(ERIKA).text
    assert "Closed." in done.text
    assert ["closed"] == rows(desk, ticket.c.state)


def test_a_mail_with_commands_alone_never_writes_to_the_customer(desk: World) -> None:
    """P7: not even with a picture in the signature, which is an attachment to some programs."""
    desk.replies(ANNA, asked(desk), "/take\n/priority high", attachments=[("logo.png", b"\x89PNG")])
    desk.works()

    desk.expect_mail(ANNA, "done")
    desk.expect_no_mail(ERIKA)


def test_reopen(desk: World) -> None:
    """A closed ticket is open again, and the text beside it goes out."""
    notice = asked(desk)
    does(desk, notice, "/close The belt is replaced.")
    desk.nothing_new()
    assert "Open again." in does(desk, notice, "/reopen\nOne more thing: which toner?").text
    assert "which toner?" in desk.expect_mail(ERIKA).text


def test_public_answers_from_a_note(desk: World) -> None:
    """A reply to a colleague's note stays inside, unless it says /public."""
    does(desk, asked(desk), "/note\nThe canary sings.")
    note = desk.expect_mail(JO, "note")
    desk.replies(JO, note, "That is a canary, too.")
    desk.works()
    desk.expect_no_mail(ERIKA)

    does(desk, note, "/public\nPlease check the belt.", JO)
    answer = desk.expect_mail(ERIKA)
    assert "Please check the belt." in answer.text and "/public" not in answer.text


def test_resend_sends_the_last_answer_again(desk: World) -> None:
    """With its words alone."""
    notice = asked(desk)
    does(desk, notice, "/take\nPlease check the belt.")
    desk.nothing_new()
    does(desk, notice, "/resend")

    again = desk.expect_mail(ERIKA)
    assert "Please check the belt." in again.text and "/take" not in again.text


def test_copies_come_and_go(desk: World) -> None:
    """E12: max gets the next answer, and not the one after."""
    notice = asked(desk)
    does(desk, notice, "/cc +max@globex.example\nHello both.")
    assert {ERIKA, "max@globex.example"} == set(desk.expect_mail(ERIKA).recipients)
    assert "cc" in rows(desk, participant.c.role)

    desk.nothing_new()
    does(desk, notice, "/cc -max@globex.example\nHello Erika.")
    assert {ERIKA} == set(desk.expect_mail(ERIKA).recipients)


# --- what is written down ---------------------------------------------------------------------------------------------------


def test_time_money_and_lessons_are_recorded(desk: World) -> None:
    """In the log, confirmed line by line, nothing to the customer."""
    done = does(desk, asked(desk), "/spent 30m repairing belt\n/cost 120 EUR part\n/lesson Order two belts.")

    assert "30 minutes noted." in done.text and "120.00 EUR noted." in done.text
    assert [{"seconds": 1800, "what": "repairing belt"}] == logged(desk, "spent")
    assert [{"amount": "120.00", "currency": "EUR", "what": "part"}] == logged(desk, "cost")
    assert [{"text": "Order two belts."}] == logged(desk, "lesson")
    desk.expect_no_mail(ERIKA)


def test_a_phone_call_stops_the_clock(desk: World) -> None:
    """The customer gets no mail, the promise is kept, colleagues read what was said."""
    does(desk, asked(desk), "/called\nThe canary told her to check the belt.")

    assert "met" in rows(desk, clock.c.state)
    desk.expect_no_mail(ERIKA)
    assert "canary" in desk.expect_mail(JO).text
    desk.passes("5h")
    assert not desk.mails(kind="escalated")


def test_a_phone_call_may_not_count(desk_with: Callable[[str], World]) -> None:
    """Where the contract says so, it is noted, and the chain is told in time."""
    desk = desk_with(SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nphone_counts = false'))
    does(desk, asked(desk), "/called Erika")
    desk.passes("5h")

    assert desk.mails(BEN, "escalated")


# --- other tickets ----------------------------------------------------------------------------------------------------------


def test_merge(desk: World) -> None:
    """The second ticket goes on as the first."""
    asked(desk, subject="Printer")
    second = asked(desk, "Still blank pages.", subject="Printer again")
    done = does(desk, second, "/merge #1")

    assert "“Printer”" in done.text
    assert [None, 1] == rows(desk, ticket.c.merged_into)
    desk.expect_no_mail(ERIKA)


def test_split(desk: World) -> None:
    """The mail that Anna answers becomes a ticket of its own, with its clock and notification."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("1h")
    receipt = desk.expect_mail(ERIKA)
    desk.replies(ERIKA, receipt, "By the way, the screen is dark.")
    desk.passes("1m")
    second = desk.expect_mail(ANNA, "customer_reply")
    desk.nothing_new()
    assert "ticket of its own" in does(desk, second, "/split").text
    assert 2 == len(rows(desk, ticket.c.number))
    assert "screen is dark" in desk.mails(JO, "new")[-1].text


def test_link(desk: World) -> None:
    """Both tickets remember each other."""
    asked(desk, subject="Printer")
    second = asked(desk, subject="Toner")
    does(desk, second, "/link 1")

    assert [None, 1] == rows(desk, ticket.c.related)
    assert [{"to": 1}, {"to": 2}] == logged(desk, "linked")


def test_spam(desk: World) -> None:
    """Closed, nothing sent to its sender, no alert, the operator knows of the address."""
    notice = asked(desk, "Buy canary seed!", who="win@shop.example")
    does(desk, notice, "/spam")
    desk.expect_no_mail("win@shop.example")
    desk.expect_mail(OPS)
    desk.passes("5h")

    assert ["closed"] == rows(desk, ticket.c.state)
    assert not desk.mails(kind="escalated")


# --- pages ------------------------------------------------------------------------------------------------------------------


def test_help_alone_works_without_a_sign(desk: World) -> None:
    """One screen with every command by what one wants to do; nothing goes to the customer."""
    desk.replies(ANNA, asked(desk), "help")
    desk.works()
    page = desk.expect_mail(ANNA, "page").text

    assert "ANSWER AND CLOSE" in page and "\n  /close " in page and "/undo" in page and "schließen" not in page
    desk.expect_no_mail(ERIKA)


@pytest.mark.parametrize("words", ["help close", "/help close", "/help /done", "/hilfe schließen"])
def test_help_about_one_command(desk: World, words: str) -> None:
    """What it does, its other words, and two examples."""
    desk.replies(ANNA, asked(desk), words)
    desk.works()
    page = desk.expect_mail(ANNA, "page").text

    assert "/close (done, solved" in page and page.count("> /close") == 2 and "/take" not in page
    desk.expect_no_mail(ERIKA)


def test_help_about_no_command(desk: World) -> None:
    """A slip of the hand is answered with what was meant."""
    desk.replies(ANNA, asked(desk), "/help clsoe")
    desk.works()

    assert "Did you mean /help close?" in desk.expect_mail(ANNA, "held").text


def test_a_program_that_asks_for_pages_gets_few(desk: World) -> None:
    """After very many within an hour one says that it is the last; commands go on, and so do pages after the hour."""
    notice = asked(desk)
    jos = desk.mails(JO)[-1]
    for _ in range(PAGES_AN_HOUR + 3):
        desk.replies(ANNA, notice, "/mine")
    desk.works()
    pages = [mail.text for mail in desk.mails(ANNA, "page")]

    assert len(pages) == PAGES_AN_HOUR
    assert ["not answered before Mon 23 Nov, 11:00" in text for text in pages] == [False] * (PAGES_AN_HOUR - 1) + [True]
    desk.replies(JO, jos, "/mine")
    desk.works()
    desk.expect_mail(JO, "page")
    does(desk, notice, "/take")
    desk.passes("61m")
    desk.nothing_new()
    desk.replies(ANNA, notice, "/mine")
    desk.works()

    assert "Printer" in desk.expect_mail(ANNA, "page").text


def test_history_status_and_mine(desk: World) -> None:
    """What happened, what is open, what is hers."""
    asked(desk, subject="Printer")
    second = asked(desk, subject="Toner")
    does(desk, second, "/take")
    pages = {}
    for page in ("history", "status", "mine"):
        desk.nothing_new()
        desk.replies(ANNA, second, f"/{page}")
        desk.works()
        pages[page] = desk.expect_mail(ANNA, "page").text

    assert "received from" in pages["history"]
    assert "Printer" in pages["status"] and "Toner" in pages["status"] and "Anna Berg" in pages["status"]
    assert "Toner" in pages["mine"] and "Printer" not in pages["mine"]
    desk.expect_no_mail(ERIKA)


# --- undo -------------------------------------------------------------------------------------------------------------------


def test_an_answer_waits_to_be_taken_back(desk_with: Callable[[str], World]) -> None:
    """It leaves after the window, and not before."""
    desk = desk_with(PATIENT)
    desk.replies(ANNA, asked(desk), "Please check the belt.")
    desk.passes("59s")
    desk.expect_no_mail(ERIKA)
    desk.passes("2s")

    assert "Please check the belt." in desk.expect_mail(ERIKA).text


def test_undo_takes_the_answer_back(desk_with: Callable[[str], World]) -> None:
    """By the button of its confirmation: nothing leaves, the text comes home, the clock runs, a closing is undone."""
    desk = desk_with(PATIENT)
    desk.replies(ANNA, asked(desk), "/close The canary is repaired.")
    desk.passes("10s")
    done = desk.expect_mail(ANNA, "done")
    address, body = ready_mail(done, "/undo")
    desk.writes(ANNA, body, "undo", to=address)
    desk.passes("2m")

    assert "The canary is repaired." in desk.expect_mail(ANNA, "done").text
    desk.expect_no_mail(ERIKA)
    assert (["new"], ["running"]) == (rows(desk, ticket.c.state), rows(desk, clock.c.state))
    assert "cancelled" in rows(desk, outbox.c.state)
    desk.passes("4h")
    assert desk.mails(BEN, "escalated")


def test_undo_after_the_window_says_so(desk_with: Callable[[str], World]) -> None:
    """What has left cannot be called back."""
    desk = desk_with(PATIENT)
    notice = asked(desk)
    desk.replies(ANNA, notice, "Please check the belt.")
    desk.passes("2m")
    desk.nothing_new()
    desk.replies(ANNA, notice, "/undo")
    desk.works()

    assert "no answer of yours waits" in desk.expect_mail(ANNA, "held").text


def test_without_a_window_undo_says_so(desk: World) -> None:
    """By default answers go at once."""
    notice = asked(desk)
    desk.replies(ANNA, notice, "Please check the belt.")
    desk.works()
    desk.nothing_new()
    desk.replies(ANNA, notice, "/undo")
    desk.works()

    assert "go out at once" in desk.expect_mail(ANNA, "held").text


# --- confirmations ----------------------------------------------------------------------------------------------------------


def test_a_pure_answer_is_not_confirmed(desk: World) -> None:
    """It is an answer, and that is that."""
    desk.replies(ANNA, asked(desk), "Please check the belt.")
    desk.works()

    assert not desk.mails(ANNA, "done")


def test_a_confirmation_names_the_next_deadline(desk: World) -> None:
    """So that nobody takes "done" for "over"."""
    assert "Next deadline: Mon 23 Nov, 13:00 UTC." in does(desk, asked(desk), "/take").text


def test_a_reply_to_a_confirmation_stays_inside(desk: World) -> None:
    """Thanks to a machine are nobody's business."""
    done = does(desk, asked(desk), "/take")
    desk.replies(ANNA, done, "Thank you, canary.")
    desk.works()

    desk.expect_no_mail(ERIKA)


def test_commands_in_german(desk_with: Callable[[str], World]) -> None:
    """Words and answers in the person's language."""
    desk = desk_with(GERMAN)
    done = does(desk, asked(desk), "/übernehmen\n/aufwand 30 Min Riemen")

    assert "Von Ihnen übernommen." in done.text and "30 Minuten notiert." in done.text
    assert ["anna"] == rows(desk, ticket.c.assignee)


def test_a_language_dropped_in_brings_its_words(desk_with: Callable[[str], World]) -> None:
    """A folder with a words.toml is enough."""
    site = SETTINGS + '[templates]\ndir = "site"\n'
    desk = desk_with(site)
    folder = desk.folder / "site" / "fr"
    folder.mkdir()
    (folder / "words.toml").write_text('[commands]\nclose = "fermer, résolu"\n')
    desk.assembly = reassemble(desk.assembly, desk.assembly.settings)
    does(desk, asked(desk), "/fermer La courroie est changée.")

    assert "La courroie est changée." in desk.expect_mail(ERIKA).text
    assert ["closed"] == rows(desk, ticket.c.state)


def test_a_customers_commands_are_words(desk: World) -> None:
    """E5: shown, never run."""
    desk.writes(ERIKA, "/close\n/spam\nIt prints blank pages.")
    desk.works()

    assert ["new"] == rows(desk, ticket.c.state)
    assert "/close" in desk.expect_mail(ANNA).text
    assert [] == rows(desk, hold.c.id)
    assert 1 == len(rows(desk, mail.c.id))
