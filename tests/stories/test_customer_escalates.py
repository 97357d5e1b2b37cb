"""H7: A customer has one word: who is told, what the customer hears, and who may say it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailsupport.store import overview
from stories.test_chain_verbs_by_mail import presses
from stories.world import SETTINGS, Sent, World

ERIKA, MAX, STRANGER = "erika@globex.example", "max@globex.example", "mallory@evil.example"
ANNA, BEN, CLEO, DOV = (f"{name}@acme.example" for name in ("anna", "ben", "cleo", "dov"))
GERMAN = SETTINGS.replace('match = ["@globex.example"]', 'match = ["@globex.example"]\nlanguage = "de"')
WITHOUT = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\ncustomer_escalation = false')
OFFICE = (
    SETTINGS.replace('calendar = "24x7"', 'calendar = "office"\nhours = "strict"')
    + """
[calendar.office]
timezone = "Europe/Berlin"
open = { mon = "12:00-17:00", tue = "08:00-17:00" }
"""
)


def alerted(desk: World) -> list[str]:
    """Who was alerted, in order."""
    return [m.recipients[0].partition("@")[0] for m in desk.mails(kind="escalated")]


def receipt_of(desk: World) -> Sent:
    """Erika writes, and gets her receipt."""
    desk.writes(ERIKA, "It prints blank pages.", name="Erika Muster")
    desk.works()
    return desk.expect_mail(ERIKA)


def test_one_word_tells_the_first_step_at_once(desk: World) -> None:
    """H7: Not at the deadline in four hours: now; the alert says who asked for it, and why."""
    desk.replies(ERIKA, receipt_of(desk), "URGENT!\n\nWe have visitors at noon.")
    desk.works()

    assert alerted(desk) == ["ben"]
    alert = " ".join(desk.expect_mail(BEN, "escalated").text.split())
    assert "Globex GmbH asks that somebody above takes care" in alert
    assert "We have visitors at noon." in alert


def test_the_customer_hears_who_sees_to_it(desk: World) -> None:
    """A role and a time, in their conversation; no name and no address of ours (P7)."""
    desk.replies(ERIKA, receipt_of(desk), "escalate")
    desk.nothing_new()
    desk.works()

    told = desk.expect_mail(ERIKA)
    assert "Our project manager is told now" in told.text
    assert "You have it by Mon 23 Nov, 13:00 UTC at the latest" in told.text
    assert told.message["Auto-Submitted"] == "auto-replied"
    assert told.sender == ""
    assert desk.leaks() == []


def test_staff_hear_of_it(desk: World) -> None:
    """They are notified as of any reply, under its own name."""
    desk.replies(ERIKA, receipt_of(desk), "escalate")
    desk.nothing_new()
    desk.works()

    assert desk.expect_mail(ANNA, "appeal")


def test_german_customers_have_german_words(desk_with: Callable[[str], World]) -> None:
    """The receipt names the word, and the word works."""
    desk = desk_with(GERMAN)
    receipt = receipt_of(desk)
    assert "„dringend“ allein in der ersten Zeile" in receipt.text

    desk.replies(ERIKA, receipt, "Dringend.")
    desk.nothing_new()
    desk.works()
    assert alerted(desk) == ["ben"]
    assert "Unsere Projektleitung wird jetzt informiert" in desk.expect_mail(ERIKA).text


def test_while_a_chain_is_under_way_the_next_step_follows(desk: World) -> None:
    """Ben was told at the deadline and took notice: the customer's word tells Cleo all the same."""
    receipt = receipt_of(desk)
    desk.passes("4h")
    desk.passes("2m")
    desk.replies(BEN, desk.expect_mail(BEN, "escalated"), "/ack")
    desk.passes("5m")
    assert alerted(desk) == ["ben"]

    desk.replies(ERIKA, receipt, "escalate")
    desk.works()
    assert alerted(desk) == ["ben", "cleo"]


def test_a_second_time_is_noted(desk: World) -> None:
    """H7: Once; neither another step nor another confirmation follows while it is under way."""
    receipt = receipt_of(desk)
    desk.replies(ERIKA, receipt, "urgent")
    desk.works()
    desk.nothing_new()
    desk.replies(ERIKA, receipt, "urgent")
    desk.works()

    assert alerted(desk) == ["ben"]
    desk.expect_no_mail(ERIKA)
    assert desk.expect_mail(ANNA)


def test_nobody_answers_and_the_chain_goes_on(desk: World) -> None:
    """An escalation of the customer's is guarded like any other."""
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.passes("1h1m")

    assert alerted(desk) == ["ben", "cleo", "dov"]


@pytest.mark.parametrize(
    "text",
    [
        "This is urgent, please hurry.",
        "It is not so\nurgent",
        "> urgent",
        "urgently needed: paper",
        "Nothing urgent",
        "/close urgent",
    ],
)
def test_a_text_is_never_guessed_at(desk: World, text: str) -> None:
    """Alone on the first line, or nothing."""
    desk.replies(ERIKA, receipt_of(desk), text)
    desk.works()

    assert alerted(desk) == []


def test_a_colleague_of_the_customer_may_say_it(desk: World) -> None:
    """Max is of the same customer, and answers the same mail."""
    desk.replies(MAX, receipt_of(desk), "urgent")
    desk.works()

    assert alerted(desk) == ["ben"]
    assert "Our project manager" in desk.expect_mail(MAX).text


def test_a_stranger_may_not(desk: World) -> None:
    """Whoever holds a forwarded mail of ours joins the ticket, and alerts nobody."""
    desk.replies(STRANGER, receipt_of(desk), "urgent")
    desk.works()

    assert alerted(desk) == []
    desk.expect_no_mail(STRANGER)


def test_a_robot_may_not(desk: World) -> None:
    """P9."""
    desk.replies(ERIKA, receipt_of(desk), "urgent", headers={"Auto-Submitted": "auto-replied"})
    desk.works()

    assert alerted(desk) == []


def test_a_contract_may_do_without(desk_with: Callable[[str], World]) -> None:
    """Then the receipt does not name the word, and it is a mail like any other."""
    desk = desk_with(WITHOUT)
    receipt = receipt_of(desk)
    assert "urgent" not in receipt.text
    desk.replies(ERIKA, receipt, "urgent")
    desk.works()

    assert alerted(desk) == []


def test_the_receipt_names_the_word(desk: World) -> None:
    """M1: Where the contract wants it; never to somebody unknown."""
    assert "“urgent” alone on the first line" in receipt_of(desk).text
    desk.writes(STRANGER, "Hello?")
    desk.works()
    assert "urgent" not in desk.expect_mail(STRANGER).text


def test_a_language_brings_its_word(desk_with: Callable[[str], World], tmp_path: Path) -> None:
    """A folder that is dropped in names it in its words.toml."""
    (tmp_path / "pl").mkdir()
    (tmp_path / "pl" / "words.toml").write_text('[customer]\nescalate = "pilne, bardzo pilne"\n')
    desk = desk_with(f'{SETTINGS}\n[templates]\ndir = "{tmp_path}"\n')
    desk.replies(ERIKA, receipt_of(desk), "Pilne!")
    desk.works()

    assert alerted(desk) == ["ben"]


def test_strict_hours_are_said(desk_with: Callable[[str], World]) -> None:
    """The office opens at noon in Berlin: the customer reads when Ben is told."""
    desk = desk_with(OFFICE)
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.nothing_new()
    desk.works()

    assert alerted(desk) == []
    assert "is told on Mon 23 Nov, 11:00 UTC" in desk.expect_mail(ERIKA).text
    desk.passes("2h")
    assert alerted(desk) == ["ben"]


def test_after_it_was_ended_a_further_word_counts_again(desk: World) -> None:
    """Ben ended the first; whatever comes then is new, and every step fires anew."""
    receipt = receipt_of(desk)
    desk.replies(ERIKA, receipt, "urgent")
    desk.passes("2m")
    desk.replies(BEN, desk.expect_mail(BEN, "escalated"), "/deescalate called her")
    desk.passes("10m")
    assert desk.mails(BEN, "answered")

    desk.replies(ERIKA, receipt, "urgent")
    desk.passes("31m")
    assert alerted(desk) == ["ben", "ben", "cleo"]


def test_an_answer_that_closes_says_how_it_begins_again(desk: World) -> None:
    """M4: The words of a person, and one line; a reply opens it."""
    receipt_of(desk)
    desk.replies(ANNA, desk.expect_mail(ANNA), "/close The belt was replaced.")
    desk.nothing_new()
    desk.works()

    closing = desk.expect_mail(ERIKA)
    assert "The belt was replaced." in closing.text
    assert "Not solved? Simply reply" in closing.text
    assert closing.message["Auto-Submitted"] is None
    assert desk.leaks() == []


def test_the_alert_says_that_an_answer_does_not_end_it(desk: World) -> None:
    """Closing the request or ending the escalation does: the alert names both, and how; of a late answer it does not speak so."""
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.works()

    alert = " ".join(desk.expect_mail(BEN, "escalated").text.split())
    assert "If nobody closes the request or ends the escalation, and you do not react, Cleo Roy" in alert
    assert "Reply /deescalate and why to end the escalation; an answer alone does not end it." in alert
    assert "If nobody answers" not in alert


def test_after_an_answer_the_alert_asks_for_what_is_still_missing(desk: World) -> None:
    """Anna answered, Ben took notice: Cleo reads that somebody is to see to it, and what ends it; so does `explain`."""
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA, "new"), "A technician is on the way.")
    desk.replies(BEN, desk.expect_mail(BEN, "escalated"), "/ack")
    desk.passes("2h5m")

    alert = desk.mails(CLEO, "escalated")[0]
    text, html = " ".join(alert.text.split()), " ".join(alert.html.split())
    wanted = "That somebody sees to the request of Erika Muster, now. The escalation ends when the request is closed, or when"
    assert wanted in text and wanted in html
    assert "gets an answer" not in text + html and "nobody has answered" not in text + html
    with desk.assembly.service.store.read() as tx:
        told = [firing.reason for firing in overview.firings_of(tx, 1)]
    assert told[-1].endswith("ben took notice but the request is not settled")


def test_the_button_ends_it_with_the_reason_behind_it(desk: World) -> None:
    """Ben presses it and writes why: the chain is over; an alert of a late answer, which an answer ends, has no such button."""
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.passes("2m")
    presses(desk, BEN, desk.expect_mail(BEN, "escalated"), "End the escalation", "called her, all is well")
    desk.passes("1h")

    assert alerted(desk) == ["ben"]
    assert "The reason: called her, all is well" in desk.expect_mail(BEN, "answered").text
    desk.passes("3h")
    late = desk.mails(BEN, "escalated")[-1]
    assert "has had no answer" in late.text and "/deescalate" not in late.text and "End the escalation" not in late.html


def test_in_german_the_alert_asks_for_the_same(desk_with: Callable[[str], World]) -> None:
    """Text and button in Ben's language."""
    desk = desk_with(SETTINGS.replace('name = "Ben Ito"', 'name = "Ben Ito"\nlanguage = "de"'))
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.works()

    alert = desk.expect_mail(BEN, "escalated")
    assert "Dass sich jetzt jemand um die Anfrage von Erika Muster kümmert." in alert.text
    assert "eine Antwort bekommt" not in alert.text and "Eskalation beenden" in alert.html


def test_whoever_is_last_passes_it_to_the_operator(desk: World) -> None:
    """`/notme` of the last step has no next one to be told."""
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.passes("31m")
    desk.passes("31m")

    assert "Reply /notme if this is not yours: the next one is told" in desk.expect_mail(CLEO, "escalated").text
    alert = desk.expect_mail(DOV, "escalated")
    assert "Reply /notme if this is not yours: the operator is told" in alert.text
    desk.replies(DOV, alert, "/notme")
    desk.works()
    assert "the operator is told now" in desk.expect_mail(DOV, "done").text


def test_an_all_clear_that_had_to_wait_gives_no_reason_of_ours(desk: World) -> None:
    """Closed within two minutes of the alert: the all-clear comes later, and says who, not why the chain ended in our code."""
    desk.replies(ERIKA, receipt_of(desk), "urgent")
    desk.works()
    desk.replies(ANNA, desk.expect_mail(ANNA, "new"), "/close The belt was replaced.")
    desk.passes("5m")

    clear = desk.expect_mail(BEN, "answered").text
    assert "Anna Berg answered Erika Muster" in clear
    assert "The reason" not in clear
    assert "> The belt was replaced." in clear and "/close" not in clear
