"""Somebody of the chain is away: the deputy is told, or the next one at once; and whoever is on duty changes overnight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from mailsupport.app.looking import gaps
from mailsupport.store.schema import absence, chain, told
from stories.world import SETTINGS, World, rows

ERIKA = "erika@globex.example"
BEN, CLEO, DOV, JO = (f"{name}@acme.example" for name in ("ben", "cleo", "dov", "jo"))
BEN_AWAY = """
[[absence]]
person = "ben"
from = "2026-11-20"
to = "2026-11-24"
"""
WITH_DEPUTY = SETTINGS.replace('email = ["ben@acme.example"]', 'email = ["ben@acme.example"]\ndeputy = "jo"') + BEN_AWAY
DUTY = (
    SETTINGS.replace('chain = ["project_manager", "account_manager", "commercial_director"]', 'chain = ["duty", "duty"]').replace(
        'wait = ["0m", "30m", "30m"]', 'wait = ["0m", "8h"]'
    )
    + """
[rotation.duty]
type = "daily"
start = "2026-11-02T21:00"
timezone = "Europe/Berlin"
people = ["cleo", "ben"]
"""
)
EVERYBODY = SETTINGS.partition("[people.fallback]")[0]
for name, role in (("ben", "project_manager"), ("cleo", "account_manager"), ("dov", "commercial_director")):
    EVERYBODY = EVERYBODY.replace(f'email = ["{name}@acme.example"]', f'email = ["{name}@acme.example"]\nroles = ["{role}"]')


def alerted(desk: World) -> list[str]:
    """Who got an alert so far, in order."""
    return [mail.recipients[0] for mail in desk.mails(kind="escalated")]


def test_ben_is_away_and_his_deputy_is_alerted(desk_with: Callable[[str], World]) -> None:
    """Jo gets Ben's alert at the deadline, and reads for whom and until when."""
    desk = desk_with(WITH_DEPUTY)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")

    alert = desk.expect_mail(JO, "escalated")
    assert "in place of Ben Ito, who is away until Wed 25 Nov, 00:00" in alert.text
    assert "in place of Ben Ito" in alert.html
    assert alerted(desk) == [JO]


def test_the_chain_goes_on_after_the_deputy_as_it_would_after_ben(desk_with: Callable[[str], World]) -> None:
    """Half an hour later it is Cleo's turn."""
    desk = desk_with(WITH_DEPUTY)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h31m")

    assert alerted(desk) == [JO, CLEO]


def test_the_deputys_reply_holds_the_chain(desk_with: Callable[[str], World]) -> None:
    """The deputy acknowledges as Ben would have."""
    desk = desk_with(WITH_DEPUTY)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    alert = desk.expect_mail(JO, "escalated")
    desk.passes("5m")
    desk.replies(JO, alert, "/ack")
    desk.passes("1h")

    assert alerted(desk) == [JO]


def test_ben_is_told_again_once_he_is_back(desk_with: Callable[[str], World]) -> None:
    """An absence has an end: the deadline of the day after is his."""
    desk = desk_with(WITH_DEPUTY)
    desk.passes("48h")
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")

    assert alerted(desk) == [BEN]


def test_without_a_deputy_the_next_step_follows_at_once(desk_with: Callable[[str], World]) -> None:
    """Cleo is told at the deadline, not half an hour later; the operator hears why."""
    desk = desk_with(SETTINGS + BEN_AWAY)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h1m")

    assert alerted(desk) == [CLEO]
    notice = desk.expect_mail("ops@acme.example")
    assert "has nobody to tell" in notice.text
    assert "ben is away until Wed 2026-11-25 00:00 UTC, without a deputy" in " ".join(notice.text.split())


def test_everybody_is_away_and_the_operator_is_told(desk_with: Callable[[str], World]) -> None:
    """A chain without anybody ends with the operator, within minutes."""
    away = "".join(BEN_AWAY.replace("ben", name) for name in ("ben", "cleo", "dov"))
    desk = desk_with(SETTINGS + away)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h1m")

    assert alerted(desk) == []
    assert "nobody of the chain could be told" in desk.expect_mail("ops@acme.example").text


def test_duty_changes_hands_overnight(desk_with: Callable[[str], World]) -> None:
    """The first alert is for whoever has the day, the second for whoever took over at nine in the evening."""
    desk = desk_with(DUTY)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    assert alerted(desk) == [CLEO]

    desk.passes("8h")
    assert alerted(desk) == [CLEO, BEN]


def test_the_alert_names_who_is_on_duty_when_the_next_step_fires(desk_with: Callable[[str], World]) -> None:
    """At one o'clock Cleo is on duty, and reads that Ben will be told at nine, when the duty is his."""
    desk = desk_with(DUTY)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")

    assert "Ben Ito is told on Mon 23 Nov, 21:00" in desk.expect_mail(CLEO, "escalated").text.replace(" (duty)", "")


def test_the_operator_reads_of_gaps_once_a_week(desk_with: Callable[[str], World]) -> None:
    """Ben has no deputy: the operator hears it before anything is overdue, and again after a week if nobody mended it."""
    later = BEN_AWAY.replace("2026-11-20", "2026-12-01").replace("2026-11-24", "2026-12-31")
    desk = desk_with(EVERYBODY + later)
    assert gaps.tell(desk.assembly.service) == 1
    desk.works()
    notice = desk.expect_mail("ops@acme.example")
    assert notice.subject == "[mailsupport] 1 gap in the chains of the coming 30 days"
    assert "Contract standard, step 1: nobody is reached" in " ".join(notice.text.split())

    desk.clock.at += timedelta(days=6)
    assert gaps.tell(desk.assembly.service) == 0
    desk.clock.at += timedelta(days=1)
    assert gaps.tell(desk.assembly.service) == 1


def test_no_gaps_no_mail(desk_with: Callable[[str], World]) -> None:
    """Where everybody has a deputy nobody is bothered."""
    desk = desk_with(EVERYBODY + BEN_AWAY + 'deputy = "jo"\n')
    assert gaps.tell(desk.assembly.service) == 0


def test_a_bounced_alert_makes_its_address_a_gap(desk_with: Callable[[str], World]) -> None:
    """The report names Ben, whose address did not work."""
    desk = desk_with(EVERYBODY)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h")
    desk.bounces(desk.expect_mail(BEN, "escalated"))
    desk.works()
    assert gaps.tell(desk.assembly.service) == 1
    desk.works()

    assert "The last alert to Ben Ito did not arrive" in desk.expect_mail("ops@acme.example").text


@pytest.mark.parametrize("place", ["the customer's address", "the customer's mail", "the answer's id", "the number"])
def test_an_absence_that_anybody_could_write_moves_no_chain(desk_with: Callable[[str], World], place: str) -> None:
    """P8: The customer knows the ticket too, and writes in Ben's name: without Ben's token the chain keeps its times."""
    desk = desk_with(SETTINGS.replace('staff = ["anna", "jo"]', 'staff = ["anna", "jo", "ben"]'))
    asked = desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("4h1m")
    receipt, before = desk.mails(ERIKA)[0], rows(desk, chain.c.state, chain.c.step, chain.c.next_at)
    number = next(word for word in receipt.text.split() if word.startswith("#1-")).strip(".")
    to = str(receipt.message["Reply-To"]) if place == "the customer's address" else "support@acme.example"
    ids = {"the customer's mail": asked, "the answer's id": str(receipt.message["Message-ID"])}
    more = {"Auto-Submitted": "auto-replied"} | ({"In-Reply-To": ids[place]} if place in ids else {})
    desk.writes(BEN, "I am back on Monday.", f"Out of office: {number}", to=to, headers=more)
    desk.works()

    assert before == rows(desk, chain.c.state, chain.c.step, chain.c.next_at)
    assert [("accepted",)] == rows(desk, told.c.outcome)
    assert [] == rows(desk, absence.c.person)
