"""H1, H2 and §3.3 of the reference: what starts the clock of an answer, what stops it, and all that does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from urllib.parse import unquote

import pytest

from mailsupport.core.guard import Clock, ClockKind, ClockState
from mailsupport.ports import Outcome
from mailsupport.store import clocks, history
from stories.world import SETTINGS, World

ERIKA, KIM, ANNA, JO, BEN = (
    "erika@globex.example",
    "kim@globex.example",
    "anna@acme.example",
    "jo@acme.example",
    "ben@acme.example",
)
RUNNING, LAPSED, MET = ClockState.RUNNING, ClockState.LAPSED, ClockState.MET
NEXT = SETTINGS.replace('first_response = "4h"', 'first_response = "4h"\nnext_response = "8h"')


def answers_owed(desk: World, number: int = 1) -> list[Clock]:
    """Every cycle of the clocks by which that customer waits for a word."""
    with desk.assembly.service.store.read() as tx:
        found = clocks.clocks_of(tx, number)
    return [one for one in found if one.kind in (ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE)]


def states(desk: World, number: int = 1) -> list[ClockState]:
    return [one.state for one in answers_owed(desk, number)]


def asks(desk: World) -> None:
    """Erika asks, with Kim in copy; everybody has their mail."""
    desk.writes(ERIKA, "It prints blank pages.", cc=KIM)
    desk.works()


def notes(desk: World) -> None:
    desk.replies(ANNA, desk.mails(ANNA)[0], "/note\nThe belt again, I think.")


def takes(desk: World) -> None:
    desk.replies(ANNA, desk.mails(ANNA)[0], "/take")


def raises(desk: World) -> None:
    desk.replies(ANNA, desk.mails(ANNA)[0], "/priority high")


def waits(desk: World) -> None:
    desk.replies(ANNA, desk.mails(ANNA)[0], "/pause vendor 2d")


def mistypes(desk: World) -> None:
    desk.replies(ANNA, desk.mails(ANNA)[0], "/clsoe\nWe have repaired it.")


def is_away(desk: World) -> None:
    desk.is_away(ANNA, desk.mails(ANNA)[0])


def answers_a_colleague(desk: World) -> None:
    desk.writes(ANNA, "I see to it.", "Re: Printer on floor 3", to=JO)


def says_nothing(desk: World) -> None:
    desk.replies(ANNA, desk.mails(ANNA)[0], "")


def closes_without_a_word(desk: World) -> None:
    desk.replies(ANNA, desk.mails(ANNA)[0], "/close")


def another_customer_writes(desk: World) -> None:
    desk.writes(KIM, "Here too.", "Re: Printer on floor 3", headers={"In-Reply-To": "<story-1@globex.example>"})


def is_refused(desk: World) -> None:
    desk.sink.answers[ERIKA] = desk.sink.answers[KIM] = (Outcome.REFUSED, 550, "5.1.1 no such user")
    desk.replies(ANNA, desk.mails(ANNA)[0], "We have repaired it.")


def is_uncertain(desk: World) -> None:
    desk.sink.answers[ERIKA] = desk.sink.answers[KIM] = (Outcome.UNKNOWN, 0, "the line broke after the final dot")
    desk.replies(ANNA, desk.mails(ANNA)[0], "We have repaired it.")


@pytest.mark.parametrize(
    "happens",
    [
        notes,
        takes,
        raises,
        waits,
        mistypes,
        is_away,
        answers_a_colleague,
        says_nothing,
        closes_without_a_word,
        another_customer_writes,
        is_refused,
        is_uncertain,
    ],
    ids=lambda happens: happens.__name__,
)
def test_what_is_no_answer_stops_no_clock(desk: World, happens: Callable[[World], None]) -> None:
    """H2: receipts went out, and this; the clock runs on, and at its time the chain hears it."""
    asks(desk)
    happens(desk)
    desk.passes("30m")
    assert states(desk) == [RUNNING]

    desk.passes("4h")
    assert states(desk) == [LAPSED]
    assert desk.mails(BEN, "escalated")


def test_a_contact_who_acknowledges_has_answered_nobody(desk: World) -> None:
    """H2, H6: neither the alert nor its acknowledgement is an answer to the customer."""
    asks(desk)
    desk.passes("4h")
    desk.passes("10m")
    desk.replies(BEN, desk.mails(BEN, "escalated")[0], "I see to it.")
    desk.passes("1m")

    assert states(desk) == [LAPSED]


def test_a_contact_who_answers_the_customer_is_staff(desk: World) -> None:
    """§3.3: by the alert's button their words reach the customer, and the clock has its answer, late."""
    asks(desk)
    desk.passes("4h")
    desk.passes("10m")
    alert = desk.mails(BEN, "escalated")[0]
    button = re.search(r'href="mailto:([^?"]+)[^"]*"[^>]*>Answer the customer<', alert.html)
    assert button is not None
    desk.writes(BEN, "We send somebody today.", alert.subject, to=unescape(unquote(button[1])))
    desk.passes("1m")

    assert states(desk) == [ClockState.MET_LATE]


def test_an_answer_stops_it_when_the_relay_takes_it(desk: World) -> None:
    """H2: not when it was written: the relay put it off for a minute."""
    asks(desk)
    desk.sink.answers[ERIKA] = desk.sink.answers[KIM] = (Outcome.DEFERRED, 451, "4.3.0 come again")
    desk.replies(ANNA, desk.mails(ANNA)[0], "We have repaired it.")
    desk.works()
    written = desk.clock.at
    desk.sink.answers.clear()
    desk.passes("10m")

    [first] = answers_owed(desk)
    assert first.state is MET
    assert first.stopped_at is not None
    assert timedelta() < first.stopped_at - written <= timedelta(minutes=2)


def test_one_recipient_who_has_the_answer_is_enough(desk: World) -> None:
    """§3.3: to at least one address of the customer's side."""
    asks(desk)
    desk.sink.answers[KIM] = (Outcome.REFUSED, 550, "5.1.1 no such user")
    desk.replies(ANNA, desk.mails(ANNA)[0], "We have repaired it.")
    desk.works()

    assert states(desk) == [MET]
    with desk.assembly.service.store.read() as tx:
        assert [line.data["to"] for line in history.history(tx, 1) if line.event == "answered"] == [[ERIKA]]


def test_the_next_answer_is_owed_from_the_oldest_mail_that_waits(desk_with: Callable[[str], World]) -> None:
    """H1: a customer's mail after our answer starts the next clock; two more of them do not move it."""
    desk = desk_with(NEXT)
    asks(desk)
    desk.replies(ANNA, desk.mails(ANNA)[0], "We have repaired it.")
    desk.works()
    again = desk.clock.at + timedelta(minutes=5)
    desk.passes("5m")
    for _ in range(3):
        desk.replies(ERIKA, desk.mails(ERIKA)[-1], "It is broken again, what now?")
        desk.passes("20m")

    [first, following] = answers_owed(desk)
    assert (first.state, following.state, following.started_at) == (MET, RUNNING, again)


def test_one_of_us_who_asks_does_not_answer_by_writing_again(desk: World) -> None:
    """H2: on a ticket of their own staff are customers."""
    desk.writes(JO, "My own printer, this time.", "My printer")
    desk.works()
    desk.writes(JO, "It is the one on floor 2.", "Re: My printer", headers={"In-Reply-To": "<story-1@acme.example>"})
    desk.passes("10m")

    assert states(desk) == [RUNNING]
