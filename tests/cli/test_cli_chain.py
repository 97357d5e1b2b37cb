"""`chain show|simulate`: a timetable that can be checked by hand."""

from __future__ import annotations

import pytest
from desks import Office

CHRISTMAS_EVE = ("--received", "2026-12-24T16:30")


def test_christmas_eve_can_be_checked_by_hand(office: Office) -> None:
    """Half an hour on the day, three and a half after the holidays, then the steps half an hour apart."""
    said = office.does("chain", "simulate", "globex", *CHRISTMAS_EVE)

    assert "received Thu 2026-12-24 16:30 CET" in said.lines
    assert "Mon 2026-12-28 08:00 – 11:30 CET 3 h 30 min" in said.lines
    steps = [line.partition(" step ")[0] for line in said.lines if " step " in line]
    assert steps == ["Mon 2026-12-28 11:30 CET", "Mon 2026-12-28 12:00 CET", "Mon 2026-12-28 12:30 CET"]


def test_every_time_of_a_simulation_is_local(office: Office) -> None:
    """The reasons, which are kept in UTC, are shown as the columns beside them."""
    said = office.does("chain", "simulate", "globex", *CHRISTMAS_EVE)

    assert not [line for line in said.lines if "UTC" in line]
    assert any("due Mon 2026-12-28 11:30 CET" in line for line in said.lines)


def test_simulation_as_json(office: Office) -> None:
    """Instants in UTC, people with name and address."""
    found = office.does("chain", "simulate", "globex", *CHRISTMAS_EVE, "--json").json

    assert ("2026-12-24T15:30:00Z", "2026-12-28T10:30:00Z") == (found["received"], found["due"])
    assert found["entries"][1]["to"] == [{"person": "cleo", "name": "Cleo Roy", "address": "cleo@acme.example"}]
    assert [entry["kind"] for entry in found["entries"]] == ["lapse", "alert", "alert", "alert", "exhausted"]


WORDS = [
    ("globex", "cleo"),
    ("Globex GmbH", "cleo"),
    ("erika@globex.example", "cleo"),
    ("standard", "ben"),
    ("x@y.example", "ben"),
]


@pytest.mark.parametrize(("word", "first"), WORDS)
def test_word_names_customer_contract_or_address(office: Office, word: str, first: str) -> None:
    """A customer's own project manager is told; everybody else's is the one who has the role."""
    found = office.does("chain", "simulate", word, *CHRISTMAS_EVE, "--json").json

    assert found["entries"][1]["to"][0]["person"] == first


def test_show_names_whom_each_step_reaches(office: Office) -> None:
    """Name and address, by the customer's own people."""
    assert "1 0 min project_manager Cleo Roy <cleo@acme.example>" in office.does("chain", "show", "globex").lines


def test_unknown_customer_names_the_nearest(office: Office) -> None:
    """Exit code 1, with what was meant."""
    said = office.does("chain", "show", "globx")

    assert (1, True) == (said.code, "did you mean globex?" in said.err)


def test_priority_is_checked(office: Office) -> None:
    """Exit code 2, with the words there are."""
    said = office.does("chain", "simulate", "globex", "--priority", "urgent")

    assert (2, True) == (said.code, "critical" in said.err)
