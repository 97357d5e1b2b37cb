"""`ticket contract` and `contract apply`: another contract for a ticket, today's version for all that are open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import SETTINGS, Office

from mailsupport.cli.given import now
from mailsupport.core.guard import ClockKind
from mailsupport.core.model import State
from mailsupport.core.timing.agreements import content
from mailsupport.settings import desk
from mailsupport.settings.load import load
from mailsupport.store import agreements, clocks, history, tickets
from store.stored import NOON, a_ticket

FIRST = ClockKind.FIRST_RESPONSE
MORE = (
    SETTINGS.replace('"office"', '"24x7"')
    + '[contract.gold]\ncalendar = "24x7"\nfirst_response = "1h"\nchain = ["cd@acme.example"]\n'
)


@pytest.fixture
def asked(office: Office) -> Office:
    """A desk with a ticket under contract standard of an hour ago, and one that is closed."""
    office.write(MORE)
    standard = desk(load(office.settings, secrets=False)).contracts["standard"]
    start = now() - timedelta(hours=2)
    with office.database() as tx:
        for state in (State.NEW, State.CLOSED):
            number = a_ticket(tx, state=state, contract_version=standard.version, received_at=start)
            clocks.start_clock(tx, number, FIRST, 0, start, start + timedelta(hours=4), "4h")
    return office


def dues(office: Office, number: int = 1) -> dict[str, float]:
    """How many hours after its start each running clock of a ticket is due."""
    with office.database() as tx:
        running = [one for one in clocks.clocks_of(tx, number) if one.stopped_at is None]
    return {one.kind.value: round((one.due_at - one.started_at) / timedelta(hours=1), 1) for one in running}


def test_a_ticket_is_put_under_another_contract(asked: Office) -> None:
    """An hour would be over: half an hour from now is left; what it promises beside begins."""
    said = asked.does("ticket", "contract", "1", "gold", "--customer", "globex")

    assert said.code == 0
    assert "1 ticket is under contract gold" in said.lines[0]
    assert {"first_response": 2.5} == dues(asked)
    with asked.database() as tx:
        ticket = tickets.ticket(tx, 1)
        assert ticket is not None and (ticket.contract, ticket.customer) == ("gold", "globex")
        assert [line.data["to"] for line in history.history(tx, 1) if line.event == "contract"] == ["gold"]


@pytest.mark.parametrize(
    ("words", "why"),
    [(("1", "gild"), "known: standard, gold"), (("7", "gold"), "no ticket 7"), (("1", "gold", "--customer", "x"), "x")],
)
def test_what_is_not_there_is_told(asked: Office, words: tuple[str, ...], why: str) -> None:
    """A contract, a ticket, a customer."""
    said = asked.does("ticket", "contract", *words)

    assert (1, True) == (said.code, why in said.err)


def test_an_edit_of_the_settings_touches_no_open_ticket(asked: Office) -> None:
    """Only when it is asked for; a trial shows it and changes nothing, and nothing that is closed is touched."""
    standard = desk(load(asked.settings, secrets=False)).contracts["standard"]
    with asked.database() as tx:
        agreements.keep(tx, standard.version, standard.name, content(standard), NOON)
    asked.write(MORE.replace('first_response = "4h"', 'first_response = "8h"'))
    note = asked.does("explain", "ticket", "1", "--json").json["notes"][0]
    assert "this ticket keeps version" in note

    trial = asked.does("contract", "apply", "standard", "--dry-run", "--json").json
    assert (trial["tickets"], trial["trial"], {"first_response": 4.0}) == ([1], True, dues(asked))

    asked.does("contract", "apply", "standard")
    assert {"first_response": 8.0} == dues(asked)
    assert {"first_response": 4.0} == dues(asked, 2)
    assert [] == asked.does("contract", "apply", "standard", "--json").json["tickets"]
