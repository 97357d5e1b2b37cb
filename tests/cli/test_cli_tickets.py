"""`ticket list|show`, `explain ticket`: what is known of a ticket, and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import Office

from mailsupport.core.guard import ClockKind, ClockState
from mailsupport.store import Tx, chains, clocks, history, tickets
from store.stored import NOON, a_chain, a_firing, a_mail, a_ticket, an_answer, an_outgoing

DUE = NOON + timedelta(hours=4)


def a_clock(tx: Tx, ticket: int) -> int:
    """A first_response clock of four hours from noon: until closing on a Monday in Berlin."""
    return clocks.start_clock(tx, ticket, ClockKind.FIRST_RESPONSE, 0, NOON, DUE, "4h of office time")


@pytest.fixture
def lapsed(office: Office) -> Office:
    """A desk with one ticket: its clock lapsed, the first step told Ben, and the answer came late."""
    with office.database() as tx:
        ticket = a_ticket(tx, reason="the default contract")
        a_mail(tx, ticket=ticket, verdict="nobody we know", matched="names no ticket", new_text="It burns.")
        clock = a_clock(tx, ticket)
        clocks.lapse(tx, [clock], DUE)
        firing = a_firing(tx, ticket, at=DUE, reason="step 1 of 3, due then")
        alert = an_outgoing(tx, ticket=ticket)
        chains.tell(tx, firing, "alert", "ben", "ben@acme.example", alert, DUE)
        chains.note_outcome(tx, alert, "ben@acme.example", "accepted", DUE)
        chains.save_chain(tx, a_chain(ticket, step=0, next_at=DUE + timedelta(minutes=30)))
        history.log(tx, ticket, NOON, "Carla@customer.example", "received", {"contract": "standard", "reason": "the default"})
        history.log(tx, ticket, DUE, "mailsupport", "step_skipped", {"firing": firing, "target": "cleo", "reason": "is away"})
        history.log(tx, ticket, DUE, "mailsupport", "never_heard_of", {"what": "something new", "why": ""})
        history.log(tx, ticket, DUE, "erika@customer.example", "thanked", {"words": "Thank you!\n\nErika"})
        an_answer(tx, ticket)
        clocks.stop_clock(tx, clock, DUE + timedelta(hours=1), ClockState.MET_LATE, "answered late")
    return office


def test_list_as_json_has_the_keys_of_the_design(lapsed: Office) -> None:
    """Exactly these keys; a step is counted from 1."""
    assert lapsed.does("ticket", "list", "--json").json == [
        {
            "number": 1,
            "subject": "Printer on fire",
            "requester": "Carla@customer.example",
            "contract": "standard",
            "state": "new",
            "priority": "normal",
            "first_response": {"due": "2026-03-02T16:00:00Z", "state": "met_late"},
            "chain": {"state": "active", "step": 1},
        }
    ]


def test_ticket_without_chain_says_null(office: Office) -> None:
    """A chain that was never opened is null, and so is a clock that was never started."""
    with office.database() as tx:
        a_ticket(tx)

    (found,) = office.does("ticket", "list", "--json").json
    assert (None, None) == (found["chain"], found["first_response"])


def test_open_leaves_closed_tickets_out(office: Office) -> None:
    """--open lists what is not closed."""
    with office.database() as tx:
        a_ticket(tx)
        tickets.change_ticket(tx, a_ticket(tx), state="closed")

    assert [one["number"] for one in office.does("ticket", "list", "--open", "--json").json] == [1]


def test_empty_list_is_an_empty_list(office: Office) -> None:
    """JSON says [], words say that there is nothing."""
    with office.database():
        pass

    assert [] == office.does("ticket", "list", "--json").json
    assert ["there are no tickets"] == office.does("ticket", "list").lines


def test_show_tells_mails_with_their_reasons(lapsed: Office) -> None:
    """Why it is of its kind, why it is on this ticket, and its words."""
    lines = lapsed.does("ticket", "show", "1").lines

    assert "customer: nobody we know" in lines
    assert "on this ticket: names no ticket" in lines
    assert "| It burns." in lines


def test_show_tells_history_in_words(lapsed: Office) -> None:
    """An event that has no words yet is shown with its data, never hidden."""
    said = lapsed.does("ticket", "show", "1").out

    assert "Carla@customer.example wrote; contract standard: the default" in said
    assert "never_heard_of by mailsupport: what something new\n" in said
    assert "erika@customer.example says thanks: Thank you! Erika\n" in said


def test_show_as_json_is_whole(lapsed: Office) -> None:
    """Mails, clocks, chain and log are all there."""
    found = lapsed.does("ticket", "show", "1", "--json").json

    assert (2, 1, 1, 4) == (len(found["mails"]), len(found["clocks"]), found["chain"]["step"], len(found["log"]))


@pytest.mark.parametrize("words", [("ticket", "show", "1"), ("explain", "ticket", "1"), ("ticket", "list")])
def test_a_clock_that_was_met_late_is_told_in_words(lapsed: Office, words: tuple[str, ...]) -> None:
    """People read words, programs the code."""
    said = lapsed.does(*words)

    assert "met too late" in said.out and "met_late" not in said.out
    assert "met_late" in lapsed.does(*words, "--json").out


def test_explain_adds_up_the_deadline(lapsed: Office) -> None:
    """The intervals counted, their sum, and how much open time the answer took."""
    lines = lapsed.does("explain", "ticket", "1").lines

    assert "Mon 2026-03-02 13:00 – 17:00 CET 4 h" in lines
    assert "sum 4 h" in lines
    assert "stopped Mon 2026-03-02 18:00 CET, after 4 h of open time" in lines


def test_explain_says_who_was_told_and_why(lapsed: Office) -> None:
    """Each step with its reason, whom it told, what became of that, and who was left out."""
    (step,) = lapsed.does("explain", "ticket", "1", "--json").json["steps"]

    assert ("step 1 of 3, due then", ["cleo was left out: is away"]) == (step["reason"], step["skipped"])
    assert [("alert", "ben", "accepted")] == [(one["kind"], one["person"], one["outcome"]) for one in step["told"]]


def test_explain_says_what_comes_next(lapsed: Office) -> None:
    """The rest of the chain, by the rules of the sweep: the contract's hours are over for that day."""
    upcoming = lapsed.does("explain", "ticket", "1", "--json").json["upcoming"]

    assert ["2026-03-03T07:00:00Z", "2026-03-03T07:30:00Z"] == [one["at"] for one in upcoming[:2]]


def test_explain_admits_that_the_contract_was_changed(lapsed: Office) -> None:
    """The stored version is not today's: the intervals are today's, and a note says so."""
    (note,) = lapsed.does("explain", "ticket", "1", "--json").json["notes"]

    assert "was changed since" in note


def test_explain_says_what_counts_where_nobody_knows_the_contract(office: Office) -> None:
    """The settings dropped it and nobody kept it: everybody's contract counts, and the deadline stands all the same."""
    with office.database() as tx:
        a_clock(tx, a_ticket(tx, contract="gone"))

    found = office.does("explain", "ticket", "1", "--json").json
    assert ("2026-03-02T16:00:00Z", "office") == tuple(found["clocks"][0][key] for key in ("due_at", "calendar"))
    assert "contract standard counts" in found["notes"][0]


@pytest.mark.parametrize("words", [("ticket", "show", "7"), ("explain", "ticket", "7")])
def test_unknown_ticket_fails(lapsed: Office, words: tuple[str, ...]) -> None:
    """Exit code 1, with the verb that lists those there are."""
    said = lapsed.does(*words)

    assert (1, True) == (said.code, "mailsupport ticket list" in said.err)


def test_looking_makes_no_database(office: Office) -> None:
    """Where there is none yet, the cure is the first run, and no file appears."""
    said = office.does("ticket", "list")

    assert (1, False) == (said.code, (office.folder / "mailsupport.db").exists())
    assert "run" in said.err


def test_empty_database_is_not_looked_into(office: Office) -> None:
    """A file without tables is an error with its cure, not an SQL error."""
    (office.folder / "mailsupport.db").touch()

    said = office.does("ticket", "list")

    assert (1, True) == (said.code, "holds nothing yet" in said.err)
