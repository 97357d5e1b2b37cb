"""Who gets a new ticket: given or offered by turns, passed on, taken by answering; and what an answer passes over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailsupport.store import history, offers, tickets
from stories.world import SETTINGS, Sent, World

ERIKA = "erika@globex.example"
ANNA, JO, KIM, BEN = (f"{name}@acme.example" for name in ("anna", "jo", "kim", "ben"))
STAFF = (ANNA, JO, KIM)
THREE = SETTINGS.replace('staff = ["anna", "jo"]', 'staff = ["anna", "jo", "kim"]')
THREE += '[people.kim]\nname = "Kim Noor"\nemail = ["kim@acme.example"]\nlanguage = "de"\n'
Desks = Callable[[str], World]


def with_policy(policy: str, more: str = "") -> str:
    """Three people who answer, and who gets a new ticket."""
    return f'{THREE}[assignment]\npolicy = "{policy}"\n{more}\n'


@pytest.fixture
def offering(desk_with: Desks) -> World:
    """A desk where one after the other is asked for ten minutes."""
    return desk_with(with_policy("offer"))


def told(desk: World, event: str) -> list[str]:
    """Who heard of an event, in order."""
    return [mail.recipients[0] for mail in desk.mails(kind=event) if mail.recipients[0] in STAFF]


def assignee(desk: World, number: int = 1) -> str:
    """Whose the ticket is."""
    with desk.assembly.service.store.read() as tx:
        found = tickets.ticket(tx, number)
    assert found is not None
    return found.assignee


def ends(desk: World, number: int = 1) -> list[tuple[str, str]]:
    """Who was asked to take the ticket, and what became of it."""
    with desk.assembly.service.store.read() as tx:
        return [(row.person, row.state) for row in offers.of_ticket(tx, number)]


def words(mail: Sent) -> str:
    """The text of a mail on one line."""
    return " ".join(mail.text.split())


# --- manual ---


def test_without_a_policy_everybody_hears_of_it(desk_with: Desks) -> None:
    """And nobody has it."""
    desk = desk_with(THREE)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()

    assert sorted(STAFF) == sorted(told(desk, "new"))
    assert assignee(desk) == ""


# --- given ---


def test_tickets_are_given_in_turn(desk_with: Desks) -> None:
    """Each gets every third, with the customer's words and files, and nobody else hears of it."""
    desk = desk_with(with_policy("round_robin"))
    for number in range(6):
        desk.writes(ERIKA, f"Number {number} prints blank pages.", f"Printer {number}", attachments=[("panel.jpg", b"pixels")])
        desk.works()

    assert told(desk, "assigned") == [*STAFF, *STAFF]
    assert told(desk, "new") == []
    first = desk.mails(ANNA, "assigned")[0]
    assert "Number 0 prints blank pages." in first.text
    assert "panel.jpg" in [part.get_filename() for part in first.message.iter_attachments()]


def test_nobody_who_is_away_gets_one(desk_with: Desks) -> None:
    """Jo is on holiday by the settings."""
    desk = desk_with(with_policy("round_robin", '[[absence]]\nperson = "jo"\nfrom = "2026-11-20"\nto = "2026-12-01"'))
    for number in range(4):
        desk.writes(ERIKA, "Blank pages.", f"Printer {number}")
        desk.works()

    assert told(desk, "assigned") == [ANNA, KIM, ANNA, KIM]


def test_whoever_has_the_fewest_gets_it(desk_with: Desks) -> None:
    """Anna has answered hers, so the fourth is hers again."""
    desk = desk_with(with_policy("least_loaded"))
    for number in range(3):
        desk.writes(ERIKA, "Blank pages.", f"Printer {number}")
        desk.works()
    desk.replies(KIM, desk.mails(KIM, "assigned")[0], "Please press the green button.")
    desk.works()
    desk.writes(ERIKA, "Blank pages.", "Printer 4")
    desk.works()

    assert told(desk, "assigned") == [*STAFF, KIM]


def test_with_nobody_free_everybody_hears_of_it(desk_with: Desks) -> None:
    """And the mail says why: each has as many as they may have."""
    desk = desk_with(with_policy("round_robin", "max_open = 1"))
    for number in range(4):
        desk.writes(ERIKA, "Blank pages.", f"Printer {number}")
        desk.works()

    assert told(desk, "assigned") == list(STAFF)
    assert sorted(told(desk, "nobody_free")) == sorted(STAFF)
    assert "nobody is free for it" in words(desk.mails(ANNA, "nobody_free")[0])
    assert assignee(desk, 4) == ""


# --- offered ---


def test_an_offer_goes_to_one_and_says_until_when(offering: World) -> None:
    """M5: Until when, who is next, how to take it and how to pass it on; the header field says what it is."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()

    mail = offering.expect_mail(ANNA, "offered")
    assert told(offering, "offered") == [ANNA]
    assert "Offered to you until Mon 09:10, then to Jo Lind." in words(mail)
    assert "Pass on" in mail.html
    assert "/pass why" in mail.text
    assert mail.subject == "Printer on floor 3"


def test_silence_moves_on_and_at_last_everybody_hears(offering: World) -> None:
    """Each has ten minutes; the words and files of the customer are in every mail, and nobody is asked twice."""
    offering.writes(ERIKA, "It prints blank pages.", attachments=[("panel.jpg", b"pixels")])
    offering.passes("10m")
    assert told(offering, "offered") == [ANNA, JO]
    offering.passes("10m")
    second = offering.mails(JO, "offered")[0]
    assert "It prints blank pages." in second.text
    assert "panel.jpg" in [part.get_filename() for part in second.message.iter_attachments()]
    assert "Ihnen angeboten bis" in offering.expect_mail(KIM, "offered").text
    offering.passes("1h")

    assert told(offering, "offered") == list(STAFF)
    assert sorted(told(offering, "unclaimed")) == sorted(STAFF)
    assert ends(offering) == [("anna", "expired"), ("jo", "expired"), ("kim", "expired")]


def test_take_ends_the_offer(offering: World) -> None:
    """Nobody else is asked."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offering.replies(ANNA, offering.expect_mail(ANNA, "offered"), "/take")
    offering.passes("2h")

    assert told(offering, "offered") == [ANNA]
    assert (assignee(offering), ends(offering)) == ("anna", [("anna", "taken")])


def test_an_answer_takes_it(offering: World) -> None:
    """Without any command."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offering.replies(ANNA, offering.expect_mail(ANNA, "offered"), "Please press the green button.")
    offering.passes("2h")

    assert "green button" in offering.expect_mail(ERIKA).text
    assert (assignee(offering), ends(offering)) == ("anna", [("anna", "taken")])


def test_everybody_may_answer_what_is_offered_to_another(offering: World) -> None:
    """Anna passes on; Jo is asked, and Anna answers all the same: then it is hers, and Jo's offer is over."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offer = offering.expect_mail(ANNA, "offered")
    offering.replies(ANNA, offer, "/pass I know nothing of printers")
    offering.works()
    assert "Passed on" in offering.expect_mail(ANNA, "done").text
    assert told(offering, "offered") == [ANNA, JO]
    offering.replies(ANNA, offer, "Press the green button, says the manual.")
    offering.passes("2h")

    assert (assignee(offering), ends(offering)) == ("anna", [("anna", "passed"), ("jo", "over")])
    assert told(offering, "unclaimed") == []


def test_passing_on_needs_a_reason(offering: World) -> None:
    """Else the mail is held and its author asked."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offering.replies(ANNA, offering.expect_mail(ANNA, "offered"), "/pass")
    offering.works()

    assert "needs a reason" in offering.expect_mail(ANNA, "held").text
    assert told(offering, "offered") == [ANNA]


def test_a_reason_may_be_left_out_where_the_settings_say_so(desk_with: Desks) -> None:
    """decline_needs_reason = false."""
    desk = desk_with(with_policy("offer", "decline_needs_reason = false"))
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA, "offered"), "/pass")
    desk.works()

    assert told(desk, "offered") == [ANNA, JO]


def test_an_answer_that_lies_unread_comes_before_the_next_offer(offering: World) -> None:
    """P5: The mailbox is read before an offer expires: Anna's answer of the last minute takes the ticket."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offering.clock.at += timedelta(minutes=9)
    offering.replies(ANNA, offering.expect_mail(ANNA, "offered"), "Press the green button.")
    offering.clock.at += timedelta(minutes=30)
    offering.works()

    assert told(offering, "offered") == [ANNA]
    assert ends(offering) == [("anna", "taken")]


def test_the_chain_does_not_wait_for_an_offer(desk_with: Desks) -> None:
    """The promise is five minutes, the offer ten: the project manager is alerted in time."""
    settings = with_policy("offer").replace('first_response = "4h"', 'first_response = "5m"')
    desk = desk_with(settings)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("5m")

    assert desk.expect_mail(BEN, "escalated")


def test_an_offer_counts_open_hours_only(desk_with: Desks) -> None:
    """What comes in the evening is offered until ten minutes after opening: silence at night is no answer."""
    office = '[calendar.office]\ntimezone = "UTC"\nopen = { mon = "08:00-17:00", tue = "08:00-17:00" }\n'
    desk = desk_with(with_policy("offer").replace('calendar = "24x7"', 'calendar = "office"') + office)
    desk.clock.at += timedelta(hours=10)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("13h")

    assert "Tue 08:10" in words(desk.mails(ANNA, "offered")[0])
    assert told(desk, "offered") == [ANNA]


def test_a_closed_ticket_is_offered_to_nobody(offering: World) -> None:
    """Anna says that it is spam while Jo is asked."""
    offering.writes(ERIKA, "Cheap watches.")
    offering.passes("10m")
    offering.replies(ANNA, offering.mails(ANNA, "offered")[0], "/spam")
    offering.passes("1h")

    assert told(offering, "offered") == [ANNA, JO]
    assert ends(offering)[-1] == ("jo", "over")


def test_a_dropped_ticket_is_offered_to_the_others(offering: World) -> None:
    """Never again to whoever gave it back."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offer = offering.expect_mail(ANNA, "offered")
    offering.replies(ANNA, offer, "/take")
    offering.works()
    offering.replies(ANNA, offer, "/drop I am ill")
    offering.passes("30m")

    assert told(offering, "offered") == [ANNA, JO, KIM]
    assert sorted(told(offering, "unclaimed")) == sorted(STAFF)


# --- what happens later ---


def test_the_customers_next_mail_goes_to_whoever_has_it(offering: World) -> None:
    """The others are left in peace."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offering.replies(ANNA, offering.expect_mail(ANNA, "offered"), "Please press the green button.")
    offering.works()
    offering.replies(ERIKA, offering.expect_mail(ERIKA), "I did, and it smokes.")
    offering.works()

    assert told(offering, "customer_reply") == [ANNA]


def test_the_deputy_hears_while_they_are_away(desk_with: Desks) -> None:
    """Anna says that she is away, and Jo stands in: at once for what waits, and for what comes; the ticket stays hers."""
    desk = desk_with(THREE)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notification = desk.expect_mail(ANNA, "new")
    desk.replies(ANNA, notification, "/take")
    desk.works()
    desk.replies(ANNA, notification, "/away until Friday jo")
    desk.works()
    assert told(desk, "stand_in") == [JO]
    assert "It prints blank pages." in desk.expect_mail(JO, "stand_in").text
    desk.writes(ERIKA, "It smokes.", "Re: Printer on floor 3", reply_to=desk.mails(ERIKA)[0], to="support@acme.example")
    desk.works()

    assert told(desk, "customer_reply") == [JO]
    assert assignee(desk) == "anna"


def test_without_a_deputy_what_they_have_is_given_out_anew(offering: World) -> None:
    """Anna's ticket is offered to Jo, and what was offered to Anna goes on too."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offer = offering.expect_mail(ANNA, "offered")
    offering.replies(ANNA, offer, "/take")
    offering.works()
    offering.replies(ANNA, offer, "/away until Friday")
    offering.works()

    assert told(offering, "offered") == [ANNA, JO]
    assert assignee(offering) == ""


def test_an_absence_notice_passes_an_offer_on(offering: World) -> None:
    """D8: Anna's mail system answers that she is back next week: Jo is asked at once, and Anna not before she is back."""
    offering.writes(ERIKA, "It prints blank pages.")
    offering.works()
    offer = offering.expect_mail(ANNA, "offered")
    text = "I am out of the office and will be back on Monday, 30 November."
    to, robot = str(offer.message["Reply-To"]), {"Auto-Submitted": "auto-replied"}
    offering.writes(ANNA, text, f"Automatic reply: {offer.subject}", to=to, reply_to=offer, headers=robot)
    offering.works()
    assert told(offering, "offered") == [ANNA, JO]
    for subject in ("Scanner", "Screen"):
        offering.writes(ERIKA, "It is broken.", subject)
        offering.works()

    assert told(offering, "offered") == [ANNA, JO, KIM, JO]


def test_next_hands_out_what_is_offered_to_nobody_else(offering: World) -> None:
    """The most urgent is offered to Anna herself: it is hers; what is offered to Jo stays Jo's."""
    offering.writes(ERIKA, "It prints blank pages.", "Printer")
    offering.works()
    offering.writes(ERIKA, "It shows nothing.", "Screen")
    offering.works()
    offering.replies(ANNA, offering.mails(ANNA, "offered")[0], "/next")
    offering.works()

    assert (assignee(offering, 1), assignee(offering, 2)) == ("anna", "")
    assert ends(offering, 2) == [("jo", "open")]


def test_an_answer_out_of_order_is_counted(desk_with: Desks) -> None:
    """Jo answers the newest of three, which two others were due before; Anna answers the oldest, and passes nobody over."""
    desk = desk_with(THREE)
    for subject in ("Printer", "Scanner", "Screen"):
        desk.writes(ERIKA, "It is broken.", subject)
        desk.passes("1m")
    desk.replies(JO, next(m for m in desk.mails(JO, "new") if m.subject == "Screen"), "Please switch it on.")
    desk.works()
    desk.replies(ANNA, next(m for m in desk.mails(ANNA, "new") if m.subject == "Printer"), "Please switch it on.")
    desk.works()

    with desk.assembly.service.store.read() as tx:
        found = [(row.actor, row.ticket, row.data["passed_over"]) for row in history.turns_since(tx, desk.clock.at)]
    assert found == [("jo", 3, 2)]


# --- split ---


def test_what_is_split_off_is_given_out_like_any_new_ticket(desk_with: Desks) -> None:
    """One of the three gets it, and nobody else hears of it."""
    desk = desk_with(with_policy("round_robin"))
    desk.writes(ERIKA, "It prints blank pages.", "Printer")
    desk.works()
    first = next(mail for mail in desk.mails(kind="assigned") if mail.recipients[0] in STAFF)
    desk.writes(ERIKA, "And the toner of another one is empty.", "Re: Printer", reply_to=desk.expect_mail(ERIKA))
    desk.works()
    second = desk.expect_mail(first.recipients[0])
    desk.nothing_new()
    desk.replies(first.recipients[0], second, "/split")
    desk.works()

    assert assignee(desk, 2) not in ("", assignee(desk, 1))
    assert [mail.recipients[0] for mail in desk.mails(kind="assigned")][1:] == [f"{assignee(desk, 2)}@acme.example"]
    assert told(desk, "new") == []
