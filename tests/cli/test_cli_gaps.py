"""`chain gaps`: when nobody is there, told before it happens; and what `check` makes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desks import SETTINGS, Office

from mailsupport.cli.given import now
from mailsupport.store import chains
from store.stored import NOON, a_firing, a_ticket, an_outgoing

SOON = now() + timedelta(days=7)


def absence(person: str, days: int, deputy: str = "") -> str:
    """Somebody is away from next week on, for so many days."""
    first, last = f"{SOON:%Y-%m-%d}", f"{SOON + timedelta(days=days - 1):%Y-%m-%d}"
    return f'[[absence]]\nperson = "{person}"\nfrom = "{first}"\nto = "{last}"\ndeputy = "{deputy}"\n'


def test_no_gaps(office: Office) -> None:
    """Exit code 0, and a line that says so."""
    said = office.does("chain", "gaps")

    assert (0, ["no gaps: every step of every chain reaches somebody in the coming 30 days"]) == (said.code, said.lines)


def test_an_absence_without_deputy_is_a_gap(office: Office) -> None:
    """H5: Exit code 3; step, time and reason in words."""
    office.write(SETTINGS + absence("ben", 7))
    said = office.does("chain", "gaps")

    assert said.code == 3
    assert said.lines[0] == "contract standard, step 1: reaches nobody"
    assert said.lines[1].startswith(f"{SOON:%a %Y-%m-%d} 00:00 ")
    assert said.lines[-1].startswith("ben is away until ")
    assert "UTC" not in said.out, "times are those of the contract's calendar"


def test_gaps_as_json(office: Office) -> None:
    """The customer's own project manager is away, which concerns this customer alone."""
    office.write(SETTINGS + absence("cleo", 7))
    (gap,) = office.does("chain", "gaps", "--json").json

    assert ("nobody", "standard", ["globex"], 1) == (gap["kind"], gap["contract"], gap["customers"], gap["step"])
    assert [len(span) for span in gap["spans"]] == [2]
    assert gap["seconds"] > 24 * 3600


@pytest.mark.parametrize(("days", "code"), [("5", 0), ("10", 3)])
def test_how_far_ahead_is_looked(office: Office, days: str, code: int) -> None:
    """What lies further away is no gap yet."""
    office.write(SETTINGS + absence("ben", 7))

    assert office.does("chain", "gaps", "--days", days).code == code


def test_a_deputy_closes_the_gap(office: Office) -> None:
    """Cleo stands in, and nobody needs to do anything."""
    office.write(SETTINGS + absence("ben", 7, "cleo"))

    assert office.does("chain", "gaps").code == 0


def test_gaps_need_no_database(office: Office) -> None:
    """None is opened; with --database one is asked for."""
    assert office.does("chain", "gaps").code == 0
    assert "there is no database" in office.does("chain", "gaps", "--database").err


def test_an_address_whose_alert_bounced_is_named(office: Office) -> None:
    """H5: Once the database is asked."""
    with office.database() as tx:
        row = an_outgoing(tx)
        chains.tell(tx, a_firing(tx, a_ticket(tx)), "alert", "ben", "ben@acme.example", row, NOON)
        chains.note_outcome(tx, row, "ben@acme.example", "bounced", NOON)
    said = office.does("chain", "gaps", "--database")

    assert 3 == said.code
    assert [line.partition(" (")[0] for line in said.lines] == ["the last alert to Ben Ito did not arrive"]


def test_simulation_names_the_deputy(office: Office) -> None:
    """The timetable shows who would be told, and for whom."""
    office.write(SETTINGS + absence("ben", 7, "cleo"))
    entries = office.does("chain", "simulate", "standard", "--received", f"{SOON:%Y-%m-%d}T09:00", "--json").json["entries"]

    assert [one["person"] for one in entries[1]["to"]] == ["cleo"]
    assert "cleo stands in" in entries[1]["reason"]


DUTY = (
    SETTINGS.replace('["project_manager", "am', '["duty", "am')
    + """
[rotation.duty]
type = "weekly"
start = "2026-11-02T09:00"
people = ["ben", "cleo"]
"""
)


def test_show_names_whoever_is_on_duty(office: Office) -> None:
    """One of the two, and not the other."""
    office.write(DUTY)
    (first, *_) = office.does("chain", "show", "standard", "--json").json["steps"]

    assert first["reaches"] in (["Ben Ito <ben@acme.example>"], ["Cleo Roy <cleo@acme.example>"])


def test_customers_with_the_same_people_are_one_gap(office: Office) -> None:
    """Who is named, so that a project manager of hundreds makes one line."""
    office.write(SETTINGS + '[customer.initech]\nmatch = ["@initech.example"]\nproject_manager = "cleo"\n' + absence("cleo", 7))

    assert "contract standard for Globex GmbH, initech, step 1: reaches nobody" in office.does("chain", "gaps").lines


def test_check_warns_of_a_gap_to_come(office: Office) -> None:
    """The settings are good, and somebody should still look at them."""
    office.write(SETTINGS + absence("ben", 7))
    said = office.does("check", "--json")

    (warning,) = [one for one in said.json if one["area"] == "chains"]
    assert ("warning", 3) == (warning["state"], said.code)
    assert "contract standard, step 1: reaches nobody" in warning["what"]
    assert "chain gaps" in warning["cure"]


ENDING = SETTINGS + (
    f'[contract.old]\ninherits = "standard"\nvalid_to = "{now() + timedelta(days=9):%Y-%m-%d}"\n'
    '[customer.initech]\nname = "Initech"\nmatch = ["@initech.example"]\ncontract = "old"\n'
)


@pytest.mark.parametrize(("days", "code"), [("5", 0), ("15", 3)])
def test_a_contract_that_ends_is_named_with_what_follows(office: Office, days: str, code: int) -> None:
    """Whose it is, from which day on, and under which contract their requests come then."""
    office.write(ENDING)
    said = office.does("chain", "gaps", "--days", days)
    first = f"{now() + timedelta(days=10):%a %Y-%m-%d} 00:00"

    assert said.code == code
    assert [line for line in said.lines if "does not hold" in line] == (
        [f"contract old for Initech: does not hold from {first} CET on; later requests come under standard"] if code else []
    )


def test_check_warns_of_a_contract_that_ends(office: Office) -> None:
    """With what to do about it."""
    office.write(ENDING)
    (warning,) = [one for one in office.does("check", "--json").json if one["area"] == "chains"]

    assert "contract old for Initech: does not hold from" in warning["what"]
    assert "valid_to" in warning["cure"]
