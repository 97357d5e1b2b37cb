"""What names no ticket: who is away and back, the pages that people ask for, and whose word that is (D8, P8)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from mailsupport.store import absences
from stories.world import SETTINGS, Sent, World

ERIKA, STRANGER = "erika@globex.example", "mallory@evil.example"
ANNA, BEN, CLEO, DOV, JO = (f"{name}@acme.example" for name in ("anna", "ben", "cleo", "dov", "jo"))
TRUSTING = 'trusted_authserv_ids = ["mx.acme.example"]\n' + SETTINGS
VOUCHED = {"Authentication-Results": "mx.acme.example; dmarc=pass header.from=acme.example"}


def alerted(desk: World) -> list[str]:
    """Who was alerted, in order."""
    return [m.recipients[0].partition("@")[0] for m in desk.mails(kind="escalated")]


def own_address(mail: Sent) -> str:
    """The reader's own address, as it stands in the foot of a mail."""
    found = re.search(r"support\+p[^\s]+@acme\.example", mail.text)
    assert found, mail.text
    return found[0]


def alert_of_ben(desk: World) -> Sent:
    """Erika is not answered, and Ben is alerted."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    return desk.expect_mail(BEN, "escalated")


def test_every_mail_to_one_of_us_ends_with_their_own_address(desk: World) -> None:
    """A notification, an alert, an all-clear; it is another one for each of them."""
    alert = alert_of_ben(desk)
    notification = desk.expect_mail(ANNA)
    desk.replies(ANNA, notification, "Please hold the green button.")
    desk.works()

    assert own_address(alert) == own_address(desk.expect_mail(BEN, "answered"))
    assert own_address(notification) != own_address(alert)


def test_away_by_mail_lets_the_deputy_be_told(desk: World) -> None:
    """Ben writes once, to his own address; from then on Jo gets his alerts, and reads in whose place."""
    address = own_address(alert_of_ben(desk))
    desk.writes(BEN, "/away until Friday jo", "Holiday", to=address)
    desk.works()

    done = desk.expect_mail(BEN, "done")
    assert "You are away until Sat 28 Nov, 00:00" in " ".join(done.text.split())
    assert "Jo Lind is told in your place" in " ".join(done.text.split())
    assert done.text.startswith("In reply to this mail commands work that need no ticket: /mine, /status, /help.")

    desk.nothing_new()
    desk.writes(ERIKA, "Another one is broken, too.", "Scanner")
    desk.passes("4h")
    assert "in place of Ben Ito" in desk.expect_mail(JO, "escalated").text


def test_away_without_a_deputy_goes_to_the_next_step(desk: World) -> None:
    """And that is said to whoever goes away."""
    address = own_address(alert_of_ben(desk))
    desk.writes(BEN, "/away 2d", to=address)
    desk.works()
    assert "Nobody stands in for you" in " ".join(desk.expect_mail(BEN, "done").text.split())

    desk.nothing_new()
    desk.writes(ERIKA, "Another one is broken, too.", "Scanner")
    desk.passes("4h1m")
    assert desk.expect_mail(CLEO, "escalated")
    assert not [m for m in desk.mails(BEN, "escalated") if "Scanner" in m.subject]


def test_back_ends_it(desk: World) -> None:
    """The next alert is Ben's again."""
    address = own_address(alert_of_ben(desk))
    desk.writes(BEN, "/away 10 days", to=address)
    desk.passes("1h")
    desk.writes(BEN, "/back", to=address)
    desk.works()
    assert "Welcome back" in desk.expect_mail(BEN, "done").text

    desk.writes(ERIKA, "Another one is broken, too.", "Scanner")
    desk.passes("4h")
    assert [m for m in desk.mails(BEN, "escalated") if "Scanner" in m.subject]


def test_the_away_command_works_in_a_reply_to_an_alert(desk: World) -> None:
    """Ben reads the alert at the airport: he is away, and the next step is told as well."""
    alert = alert_of_ben(desk)
    desk.passes("2m")
    desk.replies(BEN, alert, "/away until Friday\n/notme")
    desk.works()

    assert alerted(desk) == ["ben", "cleo"]
    assert "You are away until" in desk.expect_mail(BEN, "done").text


def test_nobody_sends_somebody_else_away(desk: World) -> None:
    """P8: The address is bound to its person: from another sender it does nothing, and a colleague's is of no use."""
    address = own_address(alert_of_ben(desk))
    desk.writes(STRANGER, "/away until 24.12.", to=address)
    desk.writes(CLEO, "/away until 24.12.", to=address)
    desk.works()

    with desk.assembly.service.store.read() as tx:
        assert absences.from_now_on(tx, desk.clock.at) == []


def test_a_from_line_alone_is_asked_and_not_obeyed(desk: World) -> None:
    """P8: A mail to the mailbox itself proves nothing: Ben is asked at his own address, and only his answer counts."""
    desk.writes(BEN, "/away until Friday jo", "Holiday")
    desk.works()
    asked = desk.expect_mail(BEN, "held")
    with desk.assembly.service.store.read() as tx:
        assert absences.from_now_on(tx, desk.clock.at) == []

    desk.replies(BEN, asked, "confirm")
    desk.works()
    assert "You are away until" in desk.expect_mail(BEN, "done").text


def test_a_forger_does_not_flood_a_colleague(desk: World) -> None:
    """Of a hundred such mails Ben is asked about the first."""
    for _ in range(100):
        desk.writes(BEN, "/away until Friday", "Holiday")
    desk.works()

    assert len(desk.mails(BEN)) == 1


def test_what_the_trusted_server_vouches_for_is_obeyed(desk_with: Callable[[str], World]) -> None:
    """An aligned pass is as good as the own address."""
    desk = desk_with(TRUSTING)
    desk.writes(BEN, "/away until Friday jo", "Holiday", headers=VOUCHED)
    desk.works()

    assert "You are away until" in desk.expect_mail(BEN, "done").text


def test_the_pages_come_to_ones_own_address(desk: World) -> None:
    """status, mine and help need no ticket."""
    address = own_address(alert_of_ben(desk))
    for command in ("/status", "/mine", "/help"):
        desk.nothing_new()
        desk.writes(BEN, command, to=address)
        desk.works()
        assert desk.expect_mail(BEN, "page")


def test_words_without_a_command_are_held_and_explained(desk: World) -> None:
    """Nothing opens a ticket, nothing is lost, and Ben reads what works there."""
    address = own_address(alert_of_ben(desk))
    desk.writes(BEN, "Could somebody order coffee?", "Coffee", to=address)
    desk.works()

    held = desk.expect_mail(BEN, "held")
    assert "/away until Friday" in " ".join(held.text.split())
    assert "Could somebody order coffee?" in held.text
    assert not [m for m in desk.mails(ANNA) if "Coffee" in m.subject]


def test_a_command_about_a_ticket_is_held_there(desk: World) -> None:
    """The own address belongs to none."""
    address = own_address(alert_of_ben(desk))
    desk.writes(BEN, "/close It is solved.", to=address)
    desk.works()

    assert "/close speaks of a ticket" in " ".join(desk.expect_mail(BEN, "held").text.split())


def test_words_to_ones_own_address_never_reach_a_customer(desk: World) -> None:
    """P7: Also when the mail answers a notification, and only its recipient was changed."""
    alert_of_ben(desk)
    notification = desk.expect_mail(ANNA)
    desk.nothing_new()
    desk.writes(ANNA, "canary: he is always late", to=own_address(notification), reply_to=notification)
    desk.works()

    desk.expect_no_mail(ERIKA)
    assert desk.expect_mail(ANNA, "held")
    assert desk.leaks() == []


def notice(desk: World, person: str, mail: Sent, text: str) -> None:
    """An absence notice of somebody's mail system."""
    desk.writes(
        person,
        text,
        f"Automatic reply: {mail.subject}",
        to=str(mail.message["Reply-To"]),
        reply_to=mail,
        headers={"Auto-Submitted": "auto-replied"},
    )


def test_a_notice_that_says_until_when_is_an_absence(desk: World) -> None:
    """D8: The alert goes on after 15 minutes, and until Ben's return nobody waits for him again."""
    alert = alert_of_ben(desk)
    notice(desk, BEN, alert, "I am out of the office and will be back on Monday, 30 November. In urgent cases call Jo.")
    desk.passes("16m")
    assert alerted(desk) == ["ben", "cleo"]

    desk.clock.at += timedelta(days=2)
    desk.writes(ERIKA, "Another one is broken, too.", "Scanner")
    desk.passes("4h1m")
    assert [m.recipients[0] for m in desk.mails(kind="escalated") if "Scanner" in m.subject] == [CLEO]

    desk.clock.at += timedelta(days=5)
    desk.writes(ERIKA, "And now the screen.", "Screen")
    desk.passes("4h1m")
    assert [m.recipients[0] for m in desk.mails(kind="escalated") if "Screen" in m.subject] == [BEN]


def test_what_ben_says_counts_more_than_his_mail_system(desk: World) -> None:
    """D8: He named a deputy and a date; the notice of his mail system changes neither."""
    alert = alert_of_ben(desk)
    desk.writes(BEN, "/away until 24.12. jo", to=own_address(alert))
    desk.passes("1m")
    notice(desk, BEN, alert, "I will be back on Monday, 30 November.")
    desk.works()

    with desk.assembly.service.store.read() as tx:
        (absence,) = absences.from_now_on(tx, desk.clock.at)
    assert (absence.deputy, absence.end.date().isoformat()) == ("jo", "2026-12-25")


def test_a_notice_without_a_date_is_no_absence(desk: World) -> None:
    """D8: It moves this alert on, and says nothing of the next."""
    notice(desk, BEN, alert_of_ben(desk), "I am out of the office.")
    desk.passes("16m")

    assert alerted(desk) == ["ben", "cleo"]
    with desk.assembly.service.store.read() as tx:
        assert absences.from_now_on(tx, desk.clock.at) == []


def test_a_notice_of_somebody_else_is_believed_of_nobody(desk: World) -> None:
    """P8: Who holds the alert's address and writes as somebody else sends nobody away."""
    alert = alert_of_ben(desk)
    notice(desk, CLEO, alert, "I am out of the office until 24 December.")
    notice(desk, STRANGER, alert, "I am out of the office until 24 December.")
    desk.works()

    with desk.assembly.service.store.read() as tx:
        assert absences.from_now_on(tx, desk.clock.at) == []
