"""What becomes of a ticket and its neighbours: close, reopen, merge, split, link, cc, spam, resend, undo."""

from __future__ import annotations

from typing import Any

import pytest
from verb_asks import a_chain, a_clock, a_ticket, ask, done, refusal

from mailsupport.core.deciding.arrival import Known, LastAnswer, Named, Queued
from mailsupport.core.desk import Person
from mailsupport.core.effects import AllClear, CancelClocks, ChangeTicket, Join, Relay
from mailsupport.core.guard import ClockState
from mailsupport.core.handling import Leave, Link, Merge, Retract, Split
from mailsupport.core.model import Address, Participant, Role, State

EIGHT = Known(named={8: Named(a_ticket(number=8, subject="Toner"), "#8-ab", "#8-ab")})


def state(effects: tuple[Any, ...]) -> list[State]:
    """The states that a ticket gets."""
    return [e.state for e in effects if isinstance(e, ChangeTicket) and e.state]


def test_closing_needs_the_resolution() -> None:
    """Behind the command or below it; E6."""
    assert "close_needs_words" == refusal(ask("close"))
    assert [State.CLOSED] == state(done(ask("close", "Belt replaced.")))
    assert [State.CLOSED] == state(done(ask("close", text="Belt replaced.")))


def test_closing_what_nobody_asked_ends_its_clocks() -> None:
    """A mail without a sender can be answered by nobody."""
    effects = done(
        ask("close", "rubbish", ticket=a_ticket(requester=Address("", "")), clocks=(a_clock(state=ClockState.RUNNING),))
    )

    assert [State.CLOSED] == state(effects)
    assert [e for e in effects if isinstance(e, CancelClocks)] != []


def test_only_what_is_closed_is_opened_again() -> None:
    """Else nothing is done, and said."""
    assert [State.OPEN] == state(done(ask("reopen", ticket=a_ticket(state=State.CLOSED))))
    assert () == done(ask("reopen"))


@pytest.mark.parametrize("word", ["8", "#8", "#8-ab", "ticket 8", "#8-AB"])
def test_a_ticket_is_named_as_people_do(word: str) -> None:
    """With or without its sign and its check characters."""
    assert (Merge(8, "anna"),) == done(ask("merge", word, known=EIGHT))


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "needs_number"),
        ("eight", "needs_number"),
        ("9", "no_such_ticket"),
        ("#8-xx", "number_mistyped"),
        ("8 9", "needs_number"),
    ],
)
def test_a_ticket_that_nobody_can_mean_is_refused(value: str, why: str) -> None:
    """A mistyped number never merges with a stranger's ticket."""
    assert why == refusal(ask("merge", value, known=EIGHT))


def test_a_ticket_of_others_looks_like_none() -> None:
    """Whoever has nothing to do with it learns not even that it exists."""
    zoe = Person("zoe", "Zoe", ("zoe@acme.example",))

    assert "no_such_ticket" == refusal(ask("merge", "8", known=EIGHT, by=zoe))


def test_tickets_of_two_customers_are_not_merged() -> None:
    """Answers would go to both."""
    other = Known(named={8: Named(a_ticket(number=8, customer="hooli"), "#8-ab", "#8-ab")})

    assert "merge_two_customers" == refusal(ask("merge", "8", known=other))


def test_a_ticket_is_not_merged_into_itself() -> None:
    """Nor linked with itself."""
    itself = Known(named={7: Named(a_ticket(), "#7-ab", "#7-ab")})

    assert ("merge_itself", "link_itself") == (refusal(ask("merge", "7", known=itself)), refusal(ask("link", "7", known=itself)))


def test_text_beside_merge_or_split_has_two_readers() -> None:
    """Whose customer would get it? Nobody's, and its author is asked."""
    assert "merge_without_text" == refusal(ask("merge", "8", text="Hello", known=EIGHT))
    assert "split_without_text" == refusal(ask("split", text="Hello", known=Known(about=3)))


def test_split_makes_a_ticket_of_the_mail_answered() -> None:
    """There must be another mail that stays."""
    assert (Split(3, "anna"),) == done(ask("split", known=Known(about=3)))
    assert "nothing_to_split" == refusal(ask("split"))


def test_link_names_both() -> None:
    """Each goes on by itself."""
    assert (Link(8, "anna"),) == done(ask("link", "#8", known=EIGHT))


def test_people_come_into_copy_and_go() -> None:
    """Several on one line; E12."""
    ticket = a_ticket(participants=(Participant("eva@globex.example", "Eva", Role.CC),))
    effects = done(ask("cc", "+max@globex.example, -eva@globex.example", ticket=ticket))

    assert (Join(Participant("max@globex.example", "", Role.CC)), Leave("eva@globex.example")) == effects


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("", "cc_needs_address"),
        ("max", "no_address"),
        ("+anna@acme.example", "never_in_copy"),
        ("+support@acme.example", "never_in_copy"),
        ("+support+t7.aaaaaaaa.0.aaaaaaaaaaaaaaaa@acme.example", "never_in_copy"),
        ("+anna+private@acme.example", "never_in_copy"),
        ("-max@globex.example", "not_in_copy"),
        ("-erika@globex.example", "not_in_copy"),
        ("+ok@globex.example +nonsense", "no_address"),
    ],
)
def test_nobody_of_ours_comes_into_copy(value: str, why: str) -> None:
    """P7: no address of staff and none of the desk is shown to a customer; all or nothing."""
    assert why == refusal(ask("cc", value))


def test_spam_owes_nobody_anything() -> None:
    """Clocks end, the ticket is closed, whoever was alerted hears that it is over; nothing goes to its sender."""
    effects = done(ask("spam", chain=a_chain(), clocks=(a_clock(),)))

    assert [State.CLOSED] == state(effects)
    assert {CancelClocks, AllClear} <= {type(e) for e in effects}
    assert [] == [e for e in effects if isinstance(e, Relay)]


def test_resend_sends_the_last_answer_without_its_commands() -> None:
    """The stored mail as it was, with its files."""
    known = Known(last_answer=LastAnswer(3, "anna", "/close\nBelt replaced.", (2,)))
    relays = [e for e in done(ask("resend", known=known)) if isinstance(e, Relay)]

    assert [("Belt replaced.", (2,), 3)] == [(e.text, e.parts, e.stored) for e in relays]
    assert "nothing_to_resend" == refusal(ask("resend"))


def test_undo_takes_back_what_waits() -> None:
    """Where answers go at once it says so."""
    known = Known(queued=Queued(5, 3, "Belt replaced."))

    assert [(5, 3)] == [(e.outbox, e.mail) for e in done(ask("undo", known=known, undo_window=60)) if isinstance(e, Retract)]
    assert ("nothing_to_undo", "no_undo_window") == (refusal(ask("undo", undo_window=60)), refusal(ask("undo")))
