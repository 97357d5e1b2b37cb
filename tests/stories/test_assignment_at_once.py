"""Two daemons at one PostgreSQL: turns stay fair, an offer moves on once, nobody is handed out what another has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest

from mailsupport.app import act
from mailsupport.app.scene import Scene
from mailsupport.core.desk import Policy
from mailsupport.core.handling import HandOut
from mailsupport.core.orders import Assign, GiveOut
from mailsupport.errors import Crossed
from mailsupport.store import offers
from servers.postgres import postgres_server, postgres_url
from stories.test_two_daemons import BOX, TWO_BOXES, Two, at_once, judges, read, reads, sends, take, two
from stories.world import SETTINGS, World

__all__ = ["postgres_server", "postgres_url", "two"]

ANNA, JO = "anna@acme.example", "jo@acme.example"
BOTH = TWO_BOXES.replace('sent = "off"\nstaff = ["anna"]', 'sent = "off"\nstaff = ["anna", "jo"]')


def turns(desk: World, count: int) -> list[list[tuple[str, str]]]:
    """Who was asked about each ticket, or given it, and what became of it."""
    with desk.assembly.service.store.read() as tx:
        return [[(row.person, row.state) for row in offers.of_ticket(tx, number)] for number in range(1, count + 1)]


def test_turns_stay_fair_when_two_daemons_read_at_once(two: Two) -> None:
    """Two mailboxes, thirty tickets: the shares of two people do not differ by more than one."""
    first, second = two(BOTH + '[assignment]\npolicy = "round_robin"\n')
    for number in range(15):
        first.writes("kim@globex.example", "It is broken.", f"Trouble {number}")
        first.writes("lee@initech.example", "It is late.", f"Bill {number}", to="billing@acme.example", folder="billing")
    at_once(lambda: reads(first, 0), lambda: reads(second, 1))

    given = Counter(person for rows in turns(first, 30) for person, _ in rows)
    assert given == {"anna": 15, "jo": 15}


def gives(desk: World, number: int, meanwhile: Callable[[], object] = lambda: None) -> None:
    """That daemon gives a ticket out; something happens before it commits."""
    service = desk.assembly.service
    people = tuple(service.desk.people[key] for key in ("anna", "jo"))
    with service.store.write() as tx:
        scene = Scene(service, tx, service.now(), BOX, ticket=number)
        act.perform(scene, [GiveOut(people, "new", Policy.ROUND_ROBIN)])
        meanwhile()


def test_who_is_chosen_at_the_same_moment_counts(two: Two) -> None:
    """The second daemon waits for the first one's choice, and chooses the other person."""
    first, second = two(SETTINGS + '[assignment]\npolicy = "round_robin"\n')
    assert take(first)
    for number in range(2):
        first.writes("kim@globex.example", "It is broken.", f"Trouble {number}")
    read(first)
    other = Thread(target=gives, args=(second, 2))

    def begun_elsewhere() -> None:
        other.start()
        other.join(1)

    gives(first, 1, begun_elsewhere)
    other.join(60)

    assert [rows[-1] for rows in turns(first, 2)] == [("anna", "given"), ("jo", "given")]


def test_nobody_is_handed_out_what_another_has_just_got(two: Two) -> None:
    """Nothing is stored, and the mail that said /next is looked at again: it gets the next ticket."""
    first, second = two()
    assert take(first)
    first.writes("kim@globex.example", "It is broken.")
    read(first)
    service = second.assembly.service
    anna, jo = (service.desk.people[key] for key in ("anna", "jo"))
    with service.store.write() as tx:
        act.perform(Scene(service, tx, service.now(), BOX, ticket=1), [Assign(jo, "taken by jo")])

    with pytest.raises(Crossed), service.store.write() as tx:
        act.perform(Scene(service, tx, service.now(), BOX), [HandOut(1, anna)])


def test_an_offer_moves_on_once(two: Two) -> None:
    """Both daemons look at twenty offers whose time is over: each goes to the one other person, by one mail."""
    first, second = two(SETTINGS + '[assignment]\npolicy = "offer"\n')
    assert take(first)
    for number in range(20):
        first.writes("kim@globex.example", "It is broken.", f"Trouble {number}")
    read(first)
    sends(first)
    assert {len(rows) for rows in turns(first, 20)} == {1}
    first.clock.at += timedelta(minutes=10)
    second.clock.at = first.clock.at
    read(first)
    at_once(lambda: judges(first), lambda: judges(second))
    judges(first)
    at_once(lambda: sends(first), lambda: sends(second))

    ends = [[person for person, _ in rows] for rows in turns(first, 20)]
    assert [sorted(rows) for rows in ends] == [["anna", "jo"]] * 20
    offered = Counter(m.recipients[0] for world in (first, second) for m in world.mails(kind="offered"))
    assert offered == {ANNA: 20, JO: 20}
