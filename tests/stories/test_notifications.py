"""What staff get: the customer's words first and whole, facts, other requests, and buttons that do what they say."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mailsupport.store.schema import ticket
from stories.test_actions import ready_mail
from stories.world import Sent, World

ERIKA, ANNA, JO = "erika@globex.example", "anna@acme.example", "jo@acme.example"


def asked(desk: World, words: str = "It prints blank pages.", subject: str = "Printer on floor 3", **more: str) -> Sent:
    """A customer asks; returns Anna's notification."""
    desk.writes(ERIKA, words, subject, **more)
    desk.works()
    return desk.expect_mail(ANNA)


def presses(desk: World, mail: Sent, verb: str, words: str = "") -> None:
    """Anna sends the ready mail behind a button, with these words behind it."""
    address, body = ready_mail(mail, verb)
    desk.nothing_new()
    desk.writes(ANNA, f"{body}{words}", "button", to=address)
    desk.works()


def row(desk: World) -> tuple[str, str, str]:
    """Assignee, priority and what is waited for, of the newest ticket."""
    with desk.assembly.service.store.read() as tx:
        found = tx.execute(select(ticket).order_by(ticket.c.number.desc())).first()
    assert found is not None
    return found.assignee, found.priority, found.waiting_for


def test_everybody_who_gets_the_answer_is_named(desk: World) -> None:
    """E12: The first line says where a plain reply goes, people in copy included, staff not."""
    notice = asked(desk, cc=f"Max Muster <max@globex.example>, {JO}")

    assert notice.text.startswith("Your reply to this mail goes to erika@globex.example, Max Muster. [ref:")


def test_other_open_requests_of_the_customer_are_listed(desk: World) -> None:
    """M5: Also those of a colleague of theirs; what is closed is not."""
    asked(desk, "No toner.", "Toner")
    desk.writes("max@globex.example", "The door is stuck.", "Door")
    desk.works()
    notice = asked(desk)

    assert "Toner" in notice.text and "Door" in notice.text and "Toner" in notice.html
    presses(desk, desk.mails(ANNA)[0], "/close", "Toner is there.")
    assert "Toner" not in asked(desk, "The fax, too.", "Fax").text


def test_a_strangers_other_requests_are_nobodys(desk: World) -> None:
    """Who belongs to no customer shares nothing with others who do not."""
    desk.writes("a@one.example", "Hello.", "First")
    desk.writes("b@two.example", "Hello.", "Second")
    desk.works()

    assert "First" not in desk.expect_mail(ANNA).text


def test_take_is_one_button(desk: World) -> None:
    """Sent as it is, the ticket is Anna's."""
    presses(desk, asked(desk), "/take")

    assert row(desk)[0] == "anna"


def test_raising_the_priority_is_one_button(desk: World) -> None:
    """Sent as it is, the priority is high; on an urgent ticket there is no such button."""
    presses(desk, asked(desk), "/priority high")
    assert row(desk)[1] == "high"
    desk.writes(ERIKA, "And?", "Re: Printer on floor 3", headers={"In-Reply-To": "<story-1@globex.example>"})
    desk.works()

    with pytest.raises(StopIteration):
        ready_mail(desk.expect_mail(ANNA), "/priority")


def test_a_note_has_an_address_of_its_own(desk: World) -> None:
    """E4: Even without its command it can never become public."""
    address, _ = ready_mail(asked(desk), "/note")
    desk.nothing_new()
    desk.writes(ANNA, "The canary sings.", "a note", to=address)
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert "The canary sings." in desk.expect_mail(JO, "note").text


@pytest.mark.parametrize(
    "words", ["A long story. " * 15_000, "Долгая история. " * 13_000, "<&> " * 50_000], ids=["en", "ru", "signs"]
)
def test_a_very_long_mail_stays_readable(desk: World, words: str) -> None:
    """M5: HTML below 90 KB, cut with a mark, so that no program clips it; the beginning is there."""
    notice = asked(desk, words)
    html = next(p for p in notice.message.walk() if p.get_content_type() == "text/html")

    assert len(str(html.get_payload(decode=True), "ascii")) < 90_000
    assert "more, whole in the ticket" in notice.html
    assert words[:12].strip() in notice.text


def test_what_programs_sort_by_is_there(desk: World) -> None:
    """Event, deadline, priority and customer in fields of their own; Outlook's index; the subject unchanged."""
    notice = asked(desk)
    names = ("Ticket", "Event", "Priority", "Customer", "Due")

    assert [str(notice.message[f"X-Mailsupport-{name}"]) for name in names][:4] == ["1", "new", "normal", "globex"]
    assert str(notice.message["X-Mailsupport-Due"]).startswith("2026-11-23T13:00")
    assert notice.message["Thread-Index"] and notice.subject == "Printer on floor 3"


def test_what_is_too_large_is_named(desk: World) -> None:
    """M5: Attachments travel within a limit; one above it is listed."""
    notice = asked(desk, attachments=(("panel.jpg", b"x" * 1000), ("video.mp4", bytes(6 << 20))))  # type: ignore[arg-type]
    names = [part.get_filename() for part in notice.message.iter_attachments()]

    assert names == ["panel.jpg"]
    assert "video.mp4 (6.3 MB, not attached here)" in notice.text


def test_pausing_asks_the_customer_something(desk: World) -> None:
    """What is written into the ready mail goes to the customer; the ticket waits for them."""
    presses(desk, asked(desk), "/pause 2d", "Which serial number does it have?")

    assert "Which serial number does it have?" in desk.expect_mail(ERIKA).text and "/pause" not in desk.expect_mail(ERIKA).text
    assert row(desk)[2] == "customer"


def test_the_owner_hears_that_a_colleague_has_answered(desk: World) -> None:
    """M5: Jo answers Anna's ticket: she gets his words, and her reply to that stays inside."""
    notice = asked(desk)
    presses(desk, notice, "/take")
    desk.nothing_new()
    desk.replies(JO, desk.mails(JO)[0], "Check the belt.")
    desk.works()
    told = desk.expect_mail(ANNA, "answered")
    desk.nothing_new()
    desk.replies(ANNA, told, "Thanks for the canary.")
    desk.works()

    assert "Check the belt." in told.text and "stays here as an internal note" in told.text
    desk.expect_no_mail(ERIKA)


# --- what is said of colleagues ------------------------------------------------------------------------------------------------


def test_a_history_says_what_commands_did(desk: World) -> None:
    """Who has it, what priority, that it was closed; a mail with nothing but commands is no note."""
    notice = asked(desk)
    for text in ("/take", "/priority high", "/status", "/note\nThe belt is worn.", "/close The belt is new.", "/history"):
        desk.passes("1m")
        desk.replies(ANNA, notice, text)
        desk.works()
    lines = [line.split("  ")[-1] for line in desk.expect_mail(ANNA, "page").text.splitlines() if line.startswith("Mon ")]

    assert [line for line in lines if "notified" not in line][-5:] == [
        "answered by Anna Berg from now on",
        "priority high now",
        "note by Anna Berg",
        "closed by Anna Berg",
        "answered by Anna Berg",
    ]


@pytest.mark.parametrize("text", ["/note\nThe belt is worn.", "/take\n/note The belt is worn."])
def test_a_colleagues_note_is_told_without_its_command(desk: World, text: str) -> None:
    """What is for the program is not for Jo."""
    desk.replies(ANNA, asked(desk), text)
    desk.works()
    told = desk.expect_mail(JO, "note")

    assert "> The belt is worn." in told.text and "> /" not in told.text


def alerted(desk: World, text: str) -> None:
    """Ben is alerted, and replies."""
    asked(desk)
    desk.passes("4h")
    alert = desk.expect_mail("ben@acme.example", "escalated")
    desk.passes("1m")
    desk.nothing_new()
    desk.replies("ben@acme.example", alert, text)
    desk.works()


def test_whoever_says_that_it_is_not_theirs_took_no_notice(desk: World) -> None:
    """Staff are not told that somebody sees to it; the next one is alerted."""
    alerted(desk, "/notme")

    desk.expect_no_mail(ANNA)
    assert desk.expect_mail("cleo@acme.example", "escalated")


def test_a_contact_who_takes_over_is_said_to_answer(desk: World) -> None:
    """Nobody of the staff need answer beside them."""
    alerted(desk, "/take\nI call them.")
    told = desk.expect_mail(ANNA, "taken")

    assert "Ben Ito answers it from now on." in told.text and "> I call them." in told.text
    assert "took notice" not in told.text + told.html and "I call them." in told.html
