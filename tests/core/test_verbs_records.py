"""What is written down on a ticket: time, money, phone calls, lessons."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verb_asks import GOLD, NOON, a_clock, ask, done, refusal

from mailsupport.core.effects import ChangeTicket, Log, StopClock
from mailsupport.core.guard import ClockKind, ClockState
from mailsupport.core.model import State
from mailsupport.core.orders import Tell


@pytest.mark.parametrize(
    ("value", "seconds", "what"),
    [
        ("30m repairing belt", 1800, "repairing belt"),
        ("30 min", 1800, ""),
        ("45 minutes: on the phone", 2700, "on the phone"),
        ("1h", 3600, ""),
        ("1h30 on site", 5400, "on site"),
        ("1h 30m on site", 5400, "on site"),
        ("1:30 on site", 5400, "on site"),
        ("1.5h on site", 5400, "on site"),
        ("1,5 Std. vor Ort", 5400, "vor Ort"),
        ("2 Stunden", 7200, ""),
        ("90m", 5400, ""),
    ],
)
def test_spent_begins_with_a_time(value: str, seconds: int, what: str) -> None:
    """Hours and minutes as people write them, then what for."""
    assert [Log("spent", "anna", {"seconds": seconds, "what": what})] == list(done(ask("spent", value)))


@pytest.mark.parametrize("value", ["", "repairing belt", "30", "30 belts", "0m", "25h", "99999m", "-5m", "3 months", "1h30x"])
def test_spent_without_a_time_is_refused(value: str) -> None:
    """A bare number may be minutes or hours, and nobody works more than a day in one line."""
    assert "spent_needs_time" == refusal(ask("spent", value))


@pytest.mark.parametrize(
    ("value", "amount", "currency", "what"),
    [
        ("120 EUR part", "120.00", "EUR", "part"),
        ("120 eur", "120.00", "EUR", ""),
        ("€ 14,50 parcel", "14.50", "EUR", "parcel"),
        ("14.5€ parcel", "14.50", "EUR", "parcel"),
        ("$1,200.00: a screen", "1200.00", "USD", "a screen"),
        ("1.200,00 EUR", "1200.00", "EUR", ""),
        ("1.200 EUR", "1200.00", "EUR", ""),
        ("CHF 1'000.5", "1000.50", "CHF", ""),
        ("0.99 GBP", "0.99", "GBP", ""),
    ],
)
def test_cost_begins_with_a_sum(value: str, amount: str, currency: str, what: str) -> None:
    """A sum and its currency in either order and either notation, then what for."""
    assert [Log("cost", "anna", {"amount": amount, "currency": currency, "what": what})] == list(done(ask("cost", value)))


@pytest.mark.parametrize("value", ["", "part", "120", "EUR", "120 part", "-5 EUR", "1.2.3 EUR", "12 euros part"])
def test_cost_without_sum_and_currency_is_refused(value: str) -> None:
    """Nobody can add up what has no currency."""
    assert "cost_needs_amount" == refusal(ask("cost", value))


def test_a_phone_call_answers_the_customer() -> None:
    """It stops the clock at its time, where the contract counts it (`phone_counts`)."""
    effects = done(ask("called", "Erika, belt ordered", clocks=(a_clock(state=ClockState.RUNNING),)))

    assert NOON in [e.at for e in effects if isinstance(e, StopClock) and e.kind is ClockKind.FIRST_RESPONSE]
    assert State.ANSWERED in [e.state for e in effects if isinstance(e, ChangeTicket)]


def test_a_phone_call_is_only_noted_where_the_contract_says_so() -> None:
    """Then the clock runs on."""
    strict = replace(GOLD, phone_counts=False)
    effects = done(ask("called", "Erika", clocks=(a_clock(state=ClockState.RUNNING),), gold=strict))

    assert [Log("called", "anna", {"what": "Erika"})] == list(effects)


def test_a_lesson_stands_on_its_line_or_below() -> None:
    """Without any words there is none."""
    assert {"text": "Order two belts."} == done(ask("lesson", "Order two belts."))[0].data
    assert {"text": "Order two belts."} == done(ask("lesson", text="Order two belts."))[0].data
    assert "lesson_needs_words" == refusal(ask("lesson"))


@pytest.mark.parametrize("page", ["history", "status", "mine", "help"])
def test_pages_are_told(page: str) -> None:
    """Each is a mail of its own."""
    assert [page] == [e.page for e in done(ask(page)) if isinstance(e, Tell)]
