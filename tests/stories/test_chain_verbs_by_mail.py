"""H6: What staff and contacts do to an escalation by mail: its buttons, their commands, and plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from mailsupport.core.guard import Clock
from mailsupport.store import clocks, history, tickets
from stories.world import SETTINGS, Sent, World

ERIKA = "erika@globex.example"
ANNA, BEN, CLEO, DOV, OPS = (f"{name}@acme.example" for name in ("anna", "ben", "cleo", "dov", "ops"))
IMMEDIATE = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nimmediate = ["critical"]')
SOLVED_IN = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nresolution = "48h"')


def alerted(desk: World) -> list[str]:
    """Who was alerted, in order."""
    return [m.recipients[0].partition("@")[0] for m in desk.mails(kind="escalated")]


def alert_of_ben(desk: World) -> Sent:
    """Erika is not answered; Ben has been alerted for two minutes."""
    desk.writes(ERIKA, "It prints blank pages.", name="Erika Muster")
    desk.passes("4h")
    alert = desk.expect_mail(BEN, "escalated")
    desk.passes("2m")
    return alert


def presses(desk: World, person: str, mail: Sent, label: str, more: str = "") -> None:
    """Somebody presses a button of a mail and sends what opens, with words of theirs added."""
    found = re.search(rf'href="(mailto:[^"]+)"[^>]*>{label}', mail.html)
    assert found, re.findall(r'href="mailto:[^"]+"[^>]*>([^<]+)', mail.html)
    link = urlsplit(unescape(found[1]))
    asked = parse_qs(link.query)
    body = asked.get("body", [""])[0]
    desk.writes(person, f"{body}{more}", asked["subject"][0], to=unquote(link.path))
    desk.works()


def events(desk: World) -> list[str]:
    """What the history of the first ticket holds."""
    with desk.assembly.service.store.read() as tx:
        return [line.event for line in history.history(tx, 1)]


def clock_of(desk: World, kind: str) -> Clock:
    """The last cycle of a clock of the first ticket."""
    with desk.assembly.service.store.read() as tx:
        return [c for c in clocks.clocks_of(tx, 1) if c.kind == kind][-1]


def test_the_button_takes_over(desk: World) -> None:
    """Ben becomes the ticket's assignee, and the chain rests for two hours."""
    presses(desk, BEN, alert_of_ben(desk), "I take over")
    with desk.assembly.service.store.read() as tx:
        found = tickets.ticket(tx, 1)
    assert found is not None
    assert found.assignee == "ben"

    desk.passes("1h59m")
    assert alerted(desk) == ["ben"]
    desk.passes("5m")
    assert alerted(desk) == ["ben", "cleo"]


def test_the_button_acknowledges_as_long_as_it_says(desk: World) -> None:
    """`ack_stops` of the contract; the confirmation says until when."""
    presses(desk, BEN, alert_of_ben(desk), "Acknowledge, 2 hours")
    assert "nobody else is told before Mon 23 Nov, 15:02 UTC" in " ".join(desk.expect_mail(BEN, "done").text.split())

    desk.passes("1h59m")
    assert alerted(desk) == ["ben"]
    desk.passes("2m")
    assert alerted(desk) == ["ben", "cleo"]


def test_the_button_passes_it_on(desk: World) -> None:
    """Cleo is told at once, and reads why; nothing is held against Ben's address."""
    presses(desk, BEN, alert_of_ben(desk), "Not me", "this is Cleo's customer")

    assert alerted(desk) == ["ben", "cleo"]
    assert "Ben Ito was told on Mon 23 Nov, 13:00 UTC and says that it is not theirs" in desk.expect_mail(CLEO).text
    assert "not_theirs" in events(desk)
    desk.expect_no_mail(OPS)


def test_the_customer_is_one_button_away(desk: World) -> None:
    """What Ben writes there goes to Erika, and ends the escalation."""
    presses(desk, BEN, alert_of_ben(desk), "Answer the customer", "Please hold the green button.")

    answer = desk.expect_mail(ERIKA)
    assert "Please hold the green button." in answer.text
    assert desk.expect_mail(BEN, "answered")
    assert desk.leaks() == []
    desk.passes("3h")
    assert alerted(desk) == ["ben"]


@pytest.mark.parametrize("text", ["wrong person", "Not me.", "Falsche Person", "/notme", "/wrong person"])
def test_plain_words_pass_it_on(desk: World, text: str) -> None:
    """Alone on the first line, in English or German."""
    desk.replies(BEN, alert_of_ben(desk), text)
    desk.works()

    assert alerted(desk) == ["ben", "cleo"]


def test_a_sentence_is_a_note_that_acknowledges(desk: World) -> None:
    """Whatever else Ben writes holds the chain for one wait."""
    desk.replies(BEN, alert_of_ben(desk), "Not me, but Anna is on it.")
    desk.passes("29m")

    assert alerted(desk) == ["ben"]


def test_the_second_alert_says_who_did_not_react(desk: World) -> None:
    """M11: In its first lines."""
    alert_of_ben(desk)
    desk.passes("30m")

    first = desk.expect_mail(CLEO, "escalated").text.splitlines()[2]
    assert first.startswith("Ben Ito was told on Mon 23 Nov, 13:00 UTC and has not reacted.")


def test_the_second_alert_says_who_is_away(desk: World) -> None:
    """M11: An automatic reply is no reaction."""
    desk.is_away(BEN, alert_of_ben(desk))
    desk.passes("16m")

    assert "Ben Ito is away" in desk.expect_mail(CLEO, "escalated").text


def test_the_second_alert_says_who_took_notice(desk: World) -> None:
    """And that nobody has answered since."""
    desk.replies(BEN, alert_of_ben(desk), "/ack 30m")
    desk.passes("31m")

    assert "and took notice, but nobody has answered yet" in desk.expect_mail(CLEO, "escalated").text


def test_a_snooze_is_as_long_as_it_says(desk: World) -> None:
    """Longer than an acknowledgement of this contract."""
    desk.replies(BEN, alert_of_ben(desk), "/snooze 5h the customer sleeps")
    desk.passes("4h59m")
    assert alerted(desk) == ["ben"]
    desk.passes("2m")
    assert alerted(desk) == ["ben", "cleo"]


def test_an_acknowledgement_is_bounded_by_the_contract(desk: World) -> None:
    """Ben asks for a day and gets two hours, and is told so."""
    desk.replies(BEN, alert_of_ben(desk), "/ack tomorrow")
    desk.works()

    assert "before Mon 23 Nov, 15:02 UTC" in " ".join(desk.expect_mail(BEN, "done").text.split())


def test_a_contact_escalates_further(desk: World) -> None:
    """Cleo is told now, by whom and why; what Ben acknowledged before does not hold it."""
    alert = alert_of_ben(desk)
    desk.replies(BEN, alert, "/ack")
    desk.passes("1m")
    desk.replies(BEN, alert, "/escalate they threaten to leave")
    desk.works()

    assert alerted(desk) == ["ben", "cleo"]
    text = " ".join(desk.expect_mail(CLEO, "escalated").text.split())
    assert "Ben Ito asks for your help with a request of Globex GmbH" in text
    assert "they threaten to leave" in text


def test_staff_start_the_chain_before_any_deadline(desk: World) -> None:
    """The first step is told at once; Erika learns nothing of it (P7)."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.nothing_new()
    desk.replies(ANNA, desk.mails(ANNA)[-1], "/escalate canary: I cannot reach the vendor")
    desk.works()

    assert alerted(desk) == ["ben"]
    assert "Anna Berg asks for your help" in " ".join(desk.expect_mail(BEN, "escalated").text.split())
    desk.expect_no_mail(ERIKA)
    assert desk.leaks() == []


def test_what_staff_escalated_an_answer_does_not_end(desk: World) -> None:
    """DESIGN §5 Chain: such a cause ends by closing or de-escalation; each step still fires once."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    notification = desk.mails(ANNA)[-1]
    desk.replies(ANNA, notification, "/escalate I need help")
    desk.passes("5m")
    desk.replies(ANNA, notification, "We are looking into it.")
    desk.passes("1h")

    assert alerted(desk) == ["ben", "cleo", "dov"]


def test_whoever_was_told_ends_it_and_everybody_hears_why(desk: World) -> None:
    """The chain is over without an answer: an all-clear to all who were alerted, with the reason."""
    alert_of_ben(desk)
    desk.passes("31m")
    desk.replies(CLEO, desk.expect_mail(CLEO, "escalated"), "/deescalate agreed with Erika: Friday is fine")
    desk.nothing_new()
    desk.passes("2m")

    for person in (BEN, CLEO):
        clear = " ".join(desk.expect_mail(person, "answered").text.split())
        assert "Cleo Roy ended the escalation" in clear
        assert "agreed with Erika: Friday is fine" in clear
    desk.passes("3h")
    assert alerted(desk) == ["ben", "cleo"]


def test_nobody_below_ends_it(desk: World) -> None:
    """Anna is asked, nothing changes, and the chain goes on."""
    alert_of_ben(desk)
    desk.replies(ANNA, desk.mails(ANNA)[0], "/deescalate all is well")
    desk.nothing_new()
    desk.works()

    assert "ended by whoever was told last" in " ".join(desk.expect_mail(ANNA, "held").text.split())
    desk.passes("30m")
    assert alerted(desk) == ["ben", "cleo"]


def test_a_lapse_is_excused_and_stays(desk: World) -> None:
    """With a name and a reason, kept with the clock; the chain and the lapse are as they were."""
    alert = alert_of_ben(desk)
    desk.replies(BEN, alert, "/excuse the customer asked us to wait until noon")
    desk.works()

    lapsed = clock_of(desk, "first_response")
    assert "Ben Ito" in lapsed.excused
    assert "asked us to wait" in lapsed.excused
    assert lapsed.lapsed_at is not None


def test_a_critical_priority_goes_to_the_chain(desk_with: Callable[[str], World]) -> None:
    """As a mail of that priority would."""
    desk = desk_with(IMMEDIATE)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[-1], "/priority critical the line stands still")
    desk.works()

    assert alerted(desk) == ["ben"]


def test_an_answer_is_owed_earlier(desk: World) -> None:
    """Anna promised it for half past nine; at half past nine Ben is alerted."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[-1], "/due 9:30 promised on the phone")
    desk.works()
    assert "The answer is due Mon 23 Nov, 09:30 UTC now" in " ".join(desk.expect_mail(ANNA, "done").text.split())

    desk.passes("31m")
    assert alerted(desk) == ["ben"]


def test_an_answer_is_never_owed_later(desk: World) -> None:
    """The contract promised it: held, and the deadline stays."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[-1], "/due tomorrow I am tired")
    desk.works()
    assert "a promise is not moved back" in " ".join(desk.expect_mail(ANNA, "held").text.split())

    desk.passes("4h")
    assert alerted(desk) == ["ben"]


def test_a_solution_may_be_agreed_for_later(desk_with: Callable[[str], World]) -> None:
    """With a reason; the clock of the resolution has the new date."""
    desk = desk_with(SOLVED_IN)
    desk.writes(ERIKA, "It prints blank pages.")
    desk.works()
    desk.replies(ANNA, desk.mails(ANNA)[-1], "/due 2026-11-30 12:00 agreed with Erika")
    desk.works()

    assert clock_of(desk, "resolution").due_at.isoformat() == "2026-11-30T12:00:00+00:00"


def test_an_exhausted_chain_is_escalated_to_the_operator(desk: World) -> None:
    """P6: Everybody was told; whoever asks for more reaches the operator."""
    alert = alert_of_ben(desk)
    desk.passes("3h")
    desk.nothing_new()
    desk.replies(BEN, alert, "/escalate still nothing")
    desk.works()

    assert "asks for escalation" in desk.expect_mail(OPS).text
    assert "the operator hears of it" in desk.expect_mail(BEN, "done").text


def test_a_contact_who_took_it_hears_once_that_it_was_answered(desk: World) -> None:
    """The all-clear tells Ben; the mail to whoever has the ticket would say the same."""
    presses(desk, BEN, alert_of_ben(desk), "I take over")
    desk.nothing_new()
    desk.replies(ANNA, desk.mails(ANNA)[0], "Try the belt.")
    desk.passes("5m")

    assert [mail.subject[:10] for mail in desk.sink.sent[desk._read :] if BEN in mail.recipients] == ["[Answered]"]
