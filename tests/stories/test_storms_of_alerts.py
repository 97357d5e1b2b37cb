"""Very many deadlines pass at once: nobody gets hundreds of mails, nobody is forgotten, and no ticket either."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from mailsupport.app import deliver
from mailsupport.ports import Handover, Outcome
from mailsupport.store import chains, overview, review
from stories.world import SETTINGS, RecordingSink, Sent, World

BEN, CLEO, DOV, ANNA, OPS = (f"{name}@acme.example" for name in ("ben", "cleo", "dov", "anna", "ops"))
CONTACTS = (BEN, CLEO, DOV)
MANY = 500
TOGETHER = SETTINGS.replace(
    'chain = ["project_manager", "account_manager", "commercial_director"]',
    'chain = [["project_manager", "account_manager", "commercial_director"]]',
).replace('wait = ["0m", "30m", "30m"]', 'wait = ["0m"]')
QUIET = 'receipts = "off"\n'


def storm(desk: World, count: int, subject: str = "Line") -> None:
    """So many customers of Globex write at the same moment."""
    for number in range(1, count + 1):
        desk.writes(f"user{number}@globex.example", "Nothing works.", f"{subject} {number} is down")


def alerts(desk: World, to: str) -> list[Sent]:
    return desk.mails(to, "escalated")


def tickets_in(mail: Sent) -> list[int]:
    """The tickets that a mail names, by the numbers with their check characters."""
    return [int(n) for n in dict.fromkeys(re.findall(r"#(\d+)-[a-z2-7]{2}", f"{mail.subject}\n{mail.text}"))]


def fired(desk: World, count: int) -> int:
    """How many steps fired on the first tickets."""
    with desk.assembly.service.store.read() as tx:
        return sum(len(overview.firings_of(tx, number)) for number in range(1, count + 1))


def broken(desk: World) -> list[str]:
    """What the audit finds."""
    with desk.assembly.service.store.read() as tx:
        return [line for _, question in review.CHECKS for line in question(tx)]


@pytest.fixture(scope="module")
def stormed(tmp_path_factory: pytest.TempPathFactory, reader: object) -> World:
    """500 deadlines of one contract pass at once, whose only step tells three contacts; five minutes later."""
    desk = World(tmp_path_factory.mktemp("storm") / "desk", reader, QUIET + TOGETHER.replace('"anna", "jo"', '"anna"'))  # type: ignore[arg-type]
    storm(desk, MANY)
    desk.passes("4h5m")
    return desk


@pytest.mark.parametrize("contact", CONTACTS)
def test_five_hundred_lapses_are_two_mails_a_contact(stormed: World, contact: str) -> None:
    """The first alert at once, the other 499 in one mail two minutes later."""
    assert [1, MANY - 1] == [len(tickets_in(mail)) for mail in alerts(stormed, contact)]


@pytest.mark.parametrize("contact", CONTACTS)
def test_every_ticket_is_in_exactly_one_mail_for_each_contact(stormed: World, contact: str) -> None:
    """None is missing, none stands twice."""
    named = Counter(number for mail in alerts(stormed, contact) for number in tickets_in(mail))

    assert Counter(range(1, MANY + 1)) == named


@pytest.mark.parametrize("contact", CONTACTS)
def test_a_digest_of_hundreds_is_still_a_mail(stormed: World, contact: str) -> None:
    """It is the shipped template that made it, in text and in HTML, and a mail program can show it."""
    digest = alerts(stormed, contact)[-1]

    assert "THE TICKETS" in digest.text
    assert 10_000 < len(digest.html.encode()) < 200_000


def test_each_of_five_hundred_steps_has_fired_once(stormed: World) -> None:
    """P4: A digest is a mail; each ticket keeps its own firing."""
    assert fired(stormed, MANY) == MANY
    assert broken(stormed) == []


def test_the_operator_gets_one_mail_about_the_flood(stormed: World) -> None:
    """How many, since when, and whose."""
    (told,) = [mail for mail in stormed.mails(OPS) if "passed within" in mail.text]

    assert "500 deadlines of contract standard passed within ten minutes" in told.text
    assert "Globex GmbH (500)" in told.text


# --- a smaller storm ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def nine(desk_with: Callable[[str], World]) -> World:
    """Nine deadlines pass at once; Ben is told of them, then Cleo, half an hour apart; two and a half minutes later."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 9)
    desk.passes("4h2m30s")
    return desk


def chain_of(desk: World, number: int) -> tuple[str, int]:
    """The state and last step of a ticket's chain."""
    with desk.assembly.service.store.read() as tx:
        chain = chains.chain(tx, number)
    assert chain is not None
    return chain.state.value, chain.step


def states(desk: World, count: int = 9) -> list[str]:
    return [chain_of(desk, number)[0] for number in range(1, count + 1)]


def test_the_digest_is_a_table_that_needs_nothing_else(nine: World) -> None:
    """M13: How many, of whom, since when, and what to do, in text and in HTML."""
    digest = alerts(nine, BEN)[-1]

    assert digest.subject == "[8 overdue] Acme Support"
    assert "Any reply to this mail acknowledges all 8 tickets" in digest.text
    assert "Globex GmbH · Line 2 is down" in digest.text
    assert "Acknowledge all 8" in digest.html
    assert len(set(re.findall(r"mailto:support\+a(\d+)\.", digest.html))) == 8


def test_the_next_step_counts_from_the_digest(nine: World) -> None:
    """Cleo is told of the first ticket half an hour after Ben's alert, of the others half an hour after his digest."""
    nine.passes("27m30s")
    assert [1] == [len(tickets_in(mail)) for mail in alerts(nine, CLEO)]

    nine.passes("2m")
    assert [1] == [len(tickets_in(mail)) for mail in alerts(nine, CLEO)[:1]]
    nine.passes("3m")
    assert sorted(n for mail in alerts(nine, CLEO) for n in tickets_in(mail)) == list(range(1, 10))


def test_any_reply_to_a_digest_acknowledges_all_of_it(nine: World) -> None:
    """The other ticket, which had a mail of its own, goes on."""
    nine.passes("3m")
    nine.replies(BEN, alerts(nine, BEN)[-1], "On it, all of them.")
    nine.works()

    assert [chain_of(nine, 1)[0], *states(nine)[1:]] == ["active", *["acknowledged"] * 8]
    nine.passes("20m")
    assert alerts(nine, CLEO) == []


def test_ack_all_holds_as_long_as_the_contract_says(nine: World) -> None:
    """Two hours instead of one wait."""
    nine.passes("3m")
    nine.replies(BEN, alerts(nine, BEN)[-1], "/ack all")
    nine.passes("1h50m")

    assert {number for mail in alerts(nine, CLEO) for number in tickets_in(mail)} == {1}


def test_ack_with_numbers_acknowledges_those(nine: World) -> None:
    """By number, also as the mail writes them."""
    nine.passes("3m")
    nine.replies(BEN, alerts(nine, BEN)[-1], "/ack 3, #5")
    nine.works()

    assert [n for n, state in enumerate(states(nine), 1) if state == "acknowledged"] == [3, 5]
    assert "Acknowledged by you, tickets: 2 (#3, #5)." in nine.expect_mail(BEN).text


def test_ack_with_a_strange_number_does_nothing_and_says_so(nine: World) -> None:
    """All or nothing: the ticket with a mail of its own is not in the digest."""
    nine.passes("3m")
    nine.nothing_new()
    nine.replies(BEN, alerts(nine, BEN)[-1], "/ack 3 1")
    nine.works()

    assert set(states(nine)) == {"active"}
    assert "“1” is no ticket of the mail that you answered" in nine.expect_mail(BEN, "held").text


def test_another_command_is_held(nine: World) -> None:
    """Nothing that is meant for one ticket may happen to eight."""
    nine.passes("3m")
    nine.nothing_new()
    nine.replies(BEN, alerts(nine, BEN)[-1], "/escalate they called")
    nine.works()

    assert set(states(nine)) == {"active"}
    assert "/escalate is about one ticket" in nine.expect_mail(BEN, "held").text


def test_a_wordless_reply_that_comes_too_fast_is_asked(nine: World) -> None:
    """`ack_guard` holds for a digest as it does for one alert; what Ben then says counts for all of it."""
    nine.clock.at -= timedelta(seconds=26)  # four seconds after the digest
    nine.replies(BEN, alerts(nine, BEN)[-1], "ok?")
    nine.works()
    assert set(states(nine)) == {"active"}

    nine.passes("1m")
    nine.replies(BEN, nine.expect_mail(BEN, "held"), "Yes, that was me.")
    nine.works()
    assert states(nine)[1:] == ["acknowledged"] * 8


def test_nobody_else_acknowledges_a_digest(nine: World) -> None:
    """P8: The token was given to Ben; with it from Cleo's address nothing happens but a question to her."""
    nine.passes("3m")
    nine.replies(CLEO, alerts(nine, BEN)[-1], "/ack all")
    nine.works()

    assert set(states(nine)) == {"active"}


def test_the_link_of_one_ticket_acknowledges_that_one(nine: World) -> None:
    """The button beside a line writes to the address of that ticket's alert."""
    nine.passes("3m")
    link = re.search(r"mailto:(support\+a4\.[^?\"]+)", alerts(nine, BEN)[-1].html)
    assert link is not None
    nine.writes(BEN, "/ack\n", "ack", to=link[1])
    nine.works()

    assert [n for n, state in enumerate(states(nine), 1) if state == "acknowledged"] == [4]


def test_a_digest_that_bounces_moves_all_of_its_chains_on(nine: World) -> None:
    """Nobody was reached: Cleo is told of all eight within minutes, the operator of the address."""
    nine.passes("1m")
    nine.bounces(alerts(nine, BEN)[-1])
    nine.passes("3m")

    assert {n for mail in alerts(nine, CLEO) for n in tickets_in(mail)} == set(range(2, 10))
    assert any("to ben@acme.example bounced" in mail.text for mail in nine.mails(OPS))


def test_a_digest_whose_reader_is_refused_moves_all_of_its_chains_on(desk_with: Callable[[str], World]) -> None:
    """The relay says at once that Ben does not exist."""
    desk = desk_with(QUIET + SETTINGS)
    desk.sink.answers[BEN] = (Outcome.REFUSED, 550, "5.1.1 no such user")
    storm(desk, 9)
    desk.passes("4h5m")

    assert {n for mail in alerts(desk, CLEO) for n in tickets_in(mail)} == set(range(1, 10))


def test_an_absence_notice_for_a_digest_moves_its_chains_on(nine: World) -> None:
    """After a quarter of an hour rather than half an hour."""
    nine.passes("1m")
    nine.is_away(BEN, alerts(nine, BEN)[-1])
    nine.passes("18m")

    assert {n for mail in alerts(nine, CLEO) for n in tickets_in(mail)} == set(range(2, 10))


def answers(desk: World, number: int) -> None:
    """Anna answers a ticket by its notification."""
    mail = next(m for m in desk.mails(ANNA, "new") if m.message["X-Mailsupport-Ticket"] == str(number))
    desk.replies(ANNA, mail, "Please switch it off and on.")


def test_what_was_answered_meanwhile_is_left_out(desk_with: Callable[[str], World]) -> None:
    """Three answers in the two minutes: five tickets in the digest, and no word of the three, not even an all-clear."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 9)
    desk.passes("4h10s")
    for number in (2, 3, 4):
        answers(desk, number)
    desk.passes("3m")

    assert tickets_in(alerts(desk, BEN)[-1]) == [5, 6, 7, 8, 9]
    assert desk.mails(BEN, "answered") == []
    assert broken(desk) == []


def test_what_an_answer_is_on_its_way_for_is_not_told(desk_with: Callable[[str], World]) -> None:
    """P5: The relay defers Anna's answer for three minutes; nobody is alarmed meanwhile, and then nobody needs to be."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 3)
    desk.passes("4h10s")
    desk.sink.answers["user2@globex.example"] = (Outcome.DEFERRED, 451, "4.7.1 try again")
    answers(desk, 2)
    desk.passes("2m30s")
    assert tickets_in(alerts(desk, BEN)[-1]) == [3]

    del desk.sink.answers["user2@globex.example"]
    desk.passes("15m")
    assert [1, 1] == [len(tickets_in(mail)) for mail in alerts(desk, BEN)]


def test_one_left_gets_the_mail_it_would_have_got(desk_with: Callable[[str], World]) -> None:
    """A digest of one is an alert like any other."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 3)
    desk.passes("4h")
    answers(desk, 2)
    desk.passes("3m")

    first, second = alerts(desk, BEN)
    assert "#3-" in second.subject
    assert "You are step 1 of 3." in second.text
    assert first.message["X-Mailsupport-Level"] == second.message["X-Mailsupport-Level"] == "1/3"


def test_everything_answered_meanwhile_sends_nothing(desk_with: Callable[[str], World]) -> None:
    """The two minutes were enough."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 3)
    desk.passes("4h")
    for number in (2, 3):
        answers(desk, number)
    desk.passes("10m")

    assert [1] == [len(tickets_in(mail)) for mail in alerts(desk, BEN)]


def test_all_clears_of_a_storm_are_few(nine: World) -> None:
    """Nine answers at once: one all-clear at once, one mail about the other eight, each ticket in one of them."""
    for number in range(1, 10):
        answers(nine, number)
    nine.passes("5m")

    over = nine.mails(BEN, "answered")
    assert [1, 8] == [len(tickets_in(mail)) for mail in over]
    assert {n for mail in over for n in tickets_in(mail)} == set(range(1, 10))
    assert over[1].subject == "[8 settled] Acme Support"
    assert "answered: Anna Berg" in over[1].text
    assert nine.mails(CLEO) == []


def test_an_alert_that_crosses_the_answer_is_followed_by_the_all_clear(desk_with: Callable[[str], World]) -> None:
    """The relay takes Ben's alert only when Anna's answer is out: he must not go on believing in it."""
    desk = desk_with(QUIET + SETTINGS)
    desk.writes("erika@globex.example", "Nothing works.")
    desk.passes("3h59m")
    answers_now = [lambda: answers(desk, 1)]

    async def under_way(sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        if BEN in recipients and answers_now:
            answers_now.pop()()
            await asyncio.to_thread(read_and_send, desk)
        return await RecordingSink.send(desk.sink, sender, recipients, raw)

    desk.sink.send = under_way  # type: ignore[method-assign]
    desk.passes("2m")

    assert [m.event for m in desk.mails(BEN)] == ["escalated", "answered"]


def read_and_send(desk: World) -> None:
    """What another thread of the program does meanwhile: take in, and send."""
    for box in desk.assembly.boxes:
        source = box.source()
        box.read(desk.assembly.service, source)
        source.close()
    asyncio.run(deliver.deliver(desk.assembly.service, deliver.Relays(desk.sink, 1)))


def test_another_contacts_first_alert_does_not_wait_for_the_storm(desk_with: Callable[[str], World]) -> None:
    """Ben is in the middle of a storm; Cleo, who has had none, hears of her ticket at once."""
    desk = desk_with(QUIET + SETTINGS + OTHER)
    storm(desk, 9)
    desk.passes("1m")
    desk.writes("ivo@initech.example", "Nothing works.", "Initech is down")
    desk.passes("4h")

    assert [1] == [len(tickets_in(mail)) for mail in alerts(desk, CLEO)]
    assert [1] == [len(tickets_in(mail)) for mail in alerts(desk, BEN)]  # his digest comes a minute later


OTHER = """
[customer.initech]
name = "Initech"
match = ["@initech.example"]
project_manager = "cleo"
account_manager = "dov"
commercial_director = "ben"
"""


def test_a_steady_drip_is_mailed_at_a_pace(desk_with: Callable[[str], World]) -> None:
    """Forty deadlines, one a minute: never more than twelve mails in an hour, and none waits longer than a quarter of one."""
    desk = desk_with(QUIET + SETTINGS)
    for number in range(1, 41):
        desk.writes(f"user{number}@globex.example", "Nothing works.", f"Line {number} is down")
        desk.clock.at += timedelta(minutes=1)
    desk.passes("3h20m")
    first = desk.clock.at
    while desk.clock.at < first + timedelta(minutes=60):
        desk.passes("1m")

    sent = [parsedate_to_datetime(str(mail.message["Date"])) for mail in alerts(desk, BEN)]
    assert all(sum(at <= other < at + timedelta(hours=1) for other in sent) <= 13 for at in sent)
    assert {n for mail in alerts(desk, BEN) for n in tickets_in(mail)} == set(range(1, 41))


def test_after_an_outage_each_contact_gets_few_mails_and_each_ticket_moves_one_step(desk_with: Callable[[str], World]) -> None:
    """Three days off: the first alert and one digest, which says that it comes late; nobody above Ben hears yet."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 9)
    desk.works()
    desk.clock.at += timedelta(days=3)
    desk.passes("3m")

    assert [1, 8] == [len(tickets_in(mail)) for mail in alerts(desk, BEN)]
    assert "come late: mailsupport was not running" in alerts(desk, BEN)[-1].text
    assert alerts(desk, CLEO) == []
    assert fired(desk, 9) == 9


def test_the_most_urgent_comes_first(desk_with: Callable[[str], World]) -> None:
    """By priority, then by how far up its chain, then by deadline."""
    rule = '\n[[rule]]\nname = "broken"\nsubject = ["on fire"]\npriority = "critical"\n'
    desk = desk_with(QUIET + SETTINGS + rule)
    storm(desk, 3)
    desk.writes("user9@globex.example", "Help.", "It is on fire")
    desk.passes("4h3m")

    assert tickets_in(alerts(desk, BEN)[-1]) == [4, 2, 3]


def test_chains_that_end_in_a_storm_are_few_mails_to_the_operator(desk_with: Callable[[str], World]) -> None:
    """Nine chains come to their end: five singly, then one that says there are more."""
    desk = desk_with(QUIET + SETTINGS)
    storm(desk, 9)
    desk.passes("8h")

    told = [mail for mail in desk.mails(OPS) if "nobody has answered" in mail.text]
    assert len(told) == 6
    assert "and more" in told[-1].text


# --- one rule for alerts and digests ----------------------------------------------------------------------------------------


def test_staff_hear_once_that_a_digest_was_acknowledged(nine: World) -> None:
    """As for one alert; one mail a person, with the tickets that wait still and the words that came with it."""
    nine.passes("3m")
    nine.nothing_new()
    nine.replies(BEN, alerts(nine, BEN)[-1], "I see to these with canary.")
    nine.works()
    told = [mail for mail in nine.mails(kind="acknowledged") if mail.recipients[0] != BEN]

    assert len({mail.recipients for mail in told}) == len(told) > 0
    assert all("took notice of the alerts of 8 tickets" in mail.text and "> I see to these" in mail.text for mail in told)
    assert all(len(re.findall(r"^#\d+-", mail.text, re.MULTILINE)) == 8 for mail in told)


def test_an_acknowledgement_holds_as_long_in_an_alert_as_in_a_digest(nine: World) -> None:
    """`ack_stops` of the contract, by button and by word; both mails say so."""
    nine.passes("3m")
    single, digest = alerts(nine, BEN)[0], alerts(nine, BEN)[-1]

    assert "Reply /ack to acknowledge: nobody else is told for 2 hours." in single.text
    assert "Reply /ack all to acknowledge all 8: nobody else is told for 2 hours." in digest.text
    assert "Acknowledge, 2 hours" in single.html and "%2Fack%20" in single.html and "%2Fack%2030m" not in single.html
