"""`report fairness`: who took, passed on and answered how much, and who answered out of the order of deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import Office

from mailsupport.cli.given import now
from mailsupport.store import history, offers
from store.stored import a_mail, a_ticket, an_answer


@pytest.fixture
def worked(office: Office) -> Office:
    """Anna took one of two offers, passed on the other, dropped what she took, and answered one out of order."""
    lately, long_ago = now() - timedelta(days=3), now() - timedelta(days=300)
    with office.database() as tx:
        one, two = a_ticket(tx), a_ticket(tx)
        for number, (ticket, end) in enumerate([(one, "taken"), (two, "passed"), (two, "dropped")]):
            offers.make(tx, ticket, number, "anna@acme.example", lately, lately, end)
        offers.make(tx, one, 9, "anna@acme.example", long_ago, long_ago, "expired")
        offers.make(tx, one, 0, "ben", lately, lately, "given")
        history.log(tx, one, lately, "anna@acme.example", "dropped", {"reason": "ill"})
        history.log(tx, one, lately, "anna@acme.example", "out_of_order", {"passed_over": 4})
        a_mail(tx, ticket=one, received_at=lately)
        an_answer(tx, one, person="anna@acme.example", received_at=lately)
    return office


def test_fairness_as_json(worked: Office) -> None:
    """One object a person: those who answer, then whoever else did something; what is older than asked for is left out."""
    said = worked.does("report", "fairness", "--json").json
    anna, ben = said["people"]

    assert said["oldest_unclaimed"]["ticket"] == 1
    assert anna == {
        "person": "anna@acme.example",
        "name": "Anna",
        "given": 0,
        "offered": 2,
        "taken": 1,
        "passed": 1,
        "expired": 0,
        "dropped": 1,
        "answers": 1,
        "out_of_order": 1,
        "passed_over": 4,
    }
    assert (ben["name"], ben["given"], ben["answers"]) == ("Ben Ito", 1, 0)


def test_fairness_as_a_table(worked: Office) -> None:
    """A line a person, numbers in the order of the headers."""
    said = worked.does("report", "fairness", "--days", "365")

    assert said.code == 0
    assert said.lines[0] == "the last 365 days"
    assert said.lines[1].startswith("oldest unclaimed ticket: #1, since ")
    assert [line for line in said.lines if line.startswith("Anna")] == ["Anna 0 3 1 1 1 1 1 1 4"]
