"""An all-clear waits two minutes for others: what happens to its ticket meanwhile stands in it."""

from __future__ import annotations

from collections.abc import Callable

from stories.test_storms_of_alerts import ANNA, BEN, QUIET, answers, storm
from stories.world import SETTINGS, Sent, World

GERMAN = SETTINGS.replace('name = "Ben Ito"', 'name = "Ben Ito"\nlanguage = "de"')


def answered(desk: World, count: int) -> None:
    """So many deadlines pass, Ben hears of each, and Anna answers them at once: one all-clear goes now, the others wait."""
    storm(desk, count)
    desk.passes("4h5m")
    for number in range(1, count + 1):
        answers(desk, number)
    desk.works()
    assert len(desk.mails(BEN, "answered")) == 1


def writes_again(desk: World, number: int, text: str = "It does not help.") -> None:
    """A customer replies to the answer."""
    customer = f"user{number}@globex.example"
    desk.replies(customer, desk.mails(customer)[-1], text)


def collected(desk: World) -> Sent:
    """The all-clear that waited."""
    desk.passes("4m")
    _, last = desk.mails(BEN, "answered")
    return last


def joined(text: str) -> str:
    return " ".join(text.split())


def test_whoever_wrote_again_is_said_to_wait(desk_with: Callable[[str], World]) -> None:
    """Their line and the first sentence say so, in text and HTML; the lines of the others are as ever."""
    desk = desk_with(QUIET + SETTINGS)
    answered(desk, 4)
    desk.passes("30s")
    writes_again(desk, 3)
    mail = collected(desk)

    assert "Nothing more to do" not in mail.text + mail.html and "Nobody else is alerted" not in mail.text + mail.html
    assert "1 of these waits for an answer again." in joined(mail.text)
    lines = [line for line in mail.text.splitlines() if "answered: Anna Berg" in line]
    assert ["again" in line for line in lines] == [False, True, False]
    assert "#3-" in lines[1] and joined(mail.html).count("<b>waits for an answer again</b>") == 1


def test_one_alone_says_it_too(desk_with: Callable[[str], World]) -> None:
    """The mail about one ticket: over, and waiting again."""
    desk = desk_with(QUIET + SETTINGS)
    answered(desk, 2)
    desk.passes("30s")
    writes_again(desk, 2)
    mail = collected(desk)

    assert mail.subject.startswith("[Answered]") and "Nothing more to do" not in mail.text + mail.html
    said = "Since then the customer has written again, or somebody reopened the request: it waits for an answer."
    assert said in joined(mail.text) and said in joined(mail.html)


def test_what_staff_reopened_waits_again(desk_with: Callable[[str], World]) -> None:
    """Closed by Anna, and opened again by her a moment later."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 2)
    desk.passes("4h5m")
    notices = {mail.message["X-Mailsupport-Ticket"]: mail for mail in desk.mails(ANNA, "new")}
    for number in ("1", "2"):
        desk.replies(ANNA, notices[number], "/close It is switched on.")
    desk.works()
    desk.replies(ANNA, notices["2"], "/reopen it is off again")
    mail = collected(desk)

    assert "waits for an answer again" in joined(mail.text)


def test_thanks_and_silence_leave_nothing_to_do(desk_with: Callable[[str], World]) -> None:
    """H8: Who only says thanks waits for nothing."""
    desk = desk_with(QUIET + SETTINGS)
    answered(desk, 3)
    desk.passes("30s")
    writes_again(desk, 2, "Thank you!")
    mail = collected(desk)

    assert "Nothing more to do for these." in mail.text and "again" not in mail.text


def test_in_german(desk_with: Callable[[str], World]) -> None:
    """The same in Ben's language."""
    desk = desk_with(QUIET + GERMAN)
    answered(desk, 3)
    desk.passes("30s")
    writes_again(desk, 2)
    text = joined(collected(desk).text)

    assert "1 von diesen wartet wieder auf eine Antwort." in text and "Für diese ist nichts mehr zu tun" not in text
    assert text.count("· wartet wieder auf eine Antwort") == 1
