"""`chain show|simulate`: a timetable that can be checked by hand."""

from __future__ import annotations

import pytest
from desks import SETTINGS, Office

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


ENDED = """
[contract.old]
inherits = "standard"
first_response = "1h"
valid_to = "2026-10-31"
[customer.initech]
name = "Initech"
match = ["@initech.example"]
contract = "old"
"""


def test_a_contract_that_has_ended_is_not_simulated_for_its_customer(office: Office) -> None:
    """§3.2: what counts is what would count, everybody's four hours; and it is said why."""
    office.write(SETTINGS + ENDED)
    said = office.does("chain", "simulate", "initech", *CHRISTMAS_EVE)

    assert said.lines[0] == "contract standard for Initech, calendar office (Europe/Berlin), priority normal"
    assert said.lines[1] == "contract old holds only until 2026-10-31: standard counts then"
    assert "due Mon 2026-12-28 11:30 CET, after 4h" in said.lines


def test_before_its_end_the_contract_counts(office: Office) -> None:
    """On the last day still."""
    office.write(SETTINGS + ENDED)
    found = office.does("chain", "simulate", "initech", "--received", "2026-10-30T10:00", "--json").json

    assert ("old", "1h", "") == (found["contract"], found["promised"], found["ended"])


def test_show_says_until_when_a_contract_holds_and_who_has_people_of_their_own(office: Office) -> None:
    """Whoever asks for the contract itself learns of the customers whose chains are others."""
    office.write(SETTINGS + ENDED)

    assert "contract old holds only until 2026-10-31: what was opened under it goes on, others come under another" in (
        office.does("chain", "show", "old").lines
    )
    assert office.does("chain", "show", "standard").lines[-1] == (
        "with people of their own: globex (`mailsupport chain show globex`)"
    )


def test_whoever_is_left_out_stands_below_the_step(office: Office) -> None:
    """In a line of its own, so that the table stays narrow enough to be read."""
    office.write(SETTINGS + '[[absence]]\nperson = "ben"\nfrom = "2026-12-21"\nto = "2027-01-03"\n')
    said = office.does("chain", "simulate", "standard", *CHRISTMAS_EVE)
    at = next(n for n, line in enumerate(said.lines) if " step 1 " in line)

    assert " step 1 nobody " in said.lines[at]
    assert said.lines[at + 1 : at + 3] == [
        "ben is away until Mon 2027-01-04 00:00 CET, without a deputy",
        "nobody to tell, so the next step follows at once",
    ]


def test_a_simulation_is_in_order_of_time(office: Office) -> None:
    """A critical request alerts at once, at night; its deadline comes after the alerts."""
    office.write(SETTINGS.replace('wait = ["0m", "30m"]', 'wait = ["0m", "30m"]\nimmediate = ["critical"]'))
    found = office.does("chain", "simulate", "standard", *CHRISTMAS_EVE, "--priority", "critical", "--json").json
    times = [entry["at"] for entry in found["entries"]]

    assert times == sorted(times)
    assert [entry["kind"] for entry in found["entries"]][-1] == "lapse"
