"""Very many deadlines pass at once: nobody gets hundreds of mails, nobody is forgotten, and no ticket either."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

import pytest

from mailsupport.store import digests, overview, review
from stories.world import SETTINGS, Sent, World

BEN, CLEO, DOV, ANNA, OPS = (f"{name}@acme.example" for name in ("ben", "cleo", "dov", "anna", "ops"))
CONTACTS = (BEN, CLEO, DOV)
MANY = 500
TOGETHER = SETTINGS.replace(
    'chain = ["project_manager", "account_manager", "commercial_director"]',
    'chain = [["project_manager", "account_manager", "commercial_director"]]',
).replace('wait = ["0m", "30m", "30m"]', 'wait = ["0m"]')
QUIET = 'receipts = "off"\n'


def storm(desk: World, count: int, subject: str = "Line") -> None:
    """So many customers of Globex write at the same moment."""
    for number in range(1, count + 1):
        desk.writes(f"user{number}@globex.example", "Nothing works.", f"{subject} {number} is down")


def alerts(desk: World, to: str) -> list[Sent]:
    return desk.mails(to, "escalated")


def tickets_in(mail: Sent) -> list[int]:
    """The tickets that a mail names, by the numbers with their check characters."""
    return [int(n) for n in dict.fromkeys(re.findall(r"#(\d+)-[a-z2-7]{2}", f"{mail.subject}\n{mail.text}"))]


def fired(desk: World, count: int) -> int:
    """How many steps fired on the first tickets."""
    with desk.assembly.service.store.read() as tx:
        return sum(len(overview.firings_of(tx, number)) for number in range(1, count + 1))


def broken(desk: World) -> list[str]:
    """What the audit finds."""
    with desk.assembly.service.store.read() as tx:
        return [line for _, question in review.CHECKS for line in question(tx)]


@pytest.fixture(scope="module")
def stormed(tmp_path_factory: pytest.TempPathFactory, reader: object) -> World:
    """500 deadlines of one contract pass at once, whose only step tells three contacts; five minutes later."""
    desk = World(tmp_path_factory.mktemp("storm") / "desk", reader, QUIET + TOGETHER)  # type: ignore[arg-type]
    storm(desk, MANY)
    desk.passes("4h5m")
    return desk


@pytest.mark.parametrize("contact", CONTACTS)
def test_five_hundred_lapses_are_two_mails_a_contact(stormed: World, contact: str) -> None:
    """The first alert at once, the other 499 in one mail two minutes later."""
    assert [1, MANY - 1] == [len(tickets_in(mail)) for mail in alerts(stormed, contact)]


@pytest.mark.parametrize("contact", CONTACTS)
def test_every_ticket_is_in_exactly_one_mail_for_each_contact(stormed: World, contact: str) -> None:
    """None is missing, none stands twice."""
    named = Counter(number for mail in alerts(stormed, contact) for number in tickets_in(mail))

    assert Counter(range(1, MANY + 1)) == named


def test_each_of_five_hundred_steps_has_fired_once(stormed: World) -> None:
    """P4: A digest is a mail; each ticket keeps its own firing."""
    assert fired(stormed, MANY) == MANY
    assert broken(stormed) == []


def test_the_operator_gets_one_mail_about_the_flood(stormed: World) -> None:
    """How many, since when, and whose."""
    (told,) = [mail for mail in stormed.mails(OPS) if "passed within" in mail.text]

    assert "500 deadlines of contract standard passed within ten minutes" in told.text
    assert "Globex GmbH (500)" in told.text
