"""One ticket, one mail or one moment of trouble never stops the others (P12)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select, update

from mailsupport.app import deliver
from mailsupport.app.sweep import sweep
from mailsupport.ports import Handover
from mailsupport.store.schema import outbox, ticket
from stories.world import RecordingSink, World

ERIKA, BEN = "erika@globex.example", "ben@acme.example"


@dataclass
class StumblingSink(RecordingSink):
    """A relay whose adapter has a mistake that one recipient brings out."""

    stumbles_at: str = ""

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        if self.stumbles_at in recipients:
            raise RuntimeError("nobody has thought of this")
        return await super().send(sender, recipients, raw)


@dataclass
class LockingSink(RecordingSink):
    """A relay; while it takes the first mail, somebody else locks the database, for longer than anybody waits for a lock."""

    path: str = ""
    seconds: float = 6.0
    locked: list[sqlite3.Connection] = field(default_factory=list)

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        if not self.locked:
            other = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            other.execute("BEGIN IMMEDIATE")
            self.locked.append(other)
            asyncio.get_running_loop().call_later(self.seconds, other.rollback)
        return await super().send(sender, recipients, raw)


def states(desk: World) -> dict[str, int]:
    """How many mails of the outbox are in each state."""
    with desk.assembly.service.store.read() as tx:
        found = list(tx.execute(select(outbox.c.state)).scalars())
    return {state: found.count(state) for state in sorted(set(found))}


def test_a_ticket_that_cannot_be_judged_stops_no_other(desk: World) -> None:
    """Its row is spoilt; the other ticket's contact is alerted all the same."""
    desk.writes(ERIKA, "It prints blank pages.", "Spoilt")
    desk.writes(ERIKA, "It hums.", "Sound")
    desk.passes("3h59m")
    with desk.assembly.service.store.write() as tx:
        tx.execute(update(ticket).where(ticket.c.number == 1).values(priority="nonsense"))
    desk.passes("2m")

    assert [m.subject for m in desk.mails(BEN, "escalated") if "Sound" in m.subject]
    assert sweep(desk.assembly.service).failed == 1


def test_a_story_ends_where_something_is_never_done_with(desk: World) -> None:
    """A row is spoilt and judging it fails each time: the story says which ticket and why, and does not go on for hours."""
    desk.writes(ERIKA, "It prints blank pages.")
    desk.passes("3h59m")
    with desk.assembly.service.store.write() as tx:
        tx.execute(update(ticket).where(ticket.c.number == 1).values(priority="nonsense"))
    desk.looks = 3

    with pytest.raises(AssertionError, match=r"due at 23 Nov 13:00:00 is never done with.*'nonsense'.*ticket_not_judged"):
        desk.passes("100h")


def test_a_mail_that_cannot_be_handed_over_stops_no_other(desk: World) -> None:
    """Whatever the adapter stumbles over counts as unknown; everything else leaves."""
    sink = StumblingSink(stumbles_at="anna@acme.example")
    desk.writes(ERIKA, "It prints blank pages.")
    desk.sink.sent.clear()
    desk.sink = sink
    desk.works()

    assert {m.recipients[0] for m in sink.sent} == {ERIKA, "jo@acme.example"}
    assert states(desk) == {"done": 2, "queued": 1}


def test_what_was_handed_over_is_written_down_when_the_database_works_again(desk: World) -> None:
    """The database was locked just then: nothing is sent a second time for it."""
    sink = LockingSink(path=str(desk.assembly.service.store.path))
    desk.writes(ERIKA, "It prints blank pages.")
    box = desk.assembly.boxes[0]
    box.read(desk.assembly.service, box.source())
    asyncio.run(deliver.deliver(desk.assembly.service, deliver.Relays(sink, 2)))

    assert states(desk) == {"done": 3}
    assert len(sink.sent) == 3
