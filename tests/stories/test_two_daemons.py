"""Two daemons at one PostgreSQL, in one process, where the moment of each step can be chosen (A12, P2, P4)."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from mailsupport.app import deliver
from mailsupport.app.looking.audit import audit
from mailsupport.app.passes import take_in
from mailsupport.app.sweep import sweep
from mailsupport.daemon.life import run_once
from mailsupport.errors import EXIT_OK, EXIT_TRY_AGAIN, LeaseLost, SettingsError
from mailsupport.mail.worker import Reader
from mailsupport.net.folder import FolderSource
from mailsupport.ports import Fetched, Handover
from mailsupport.store import open_store
from mailsupport.store.schema import chain, daemon, firing, folder, ledger, mail, outbox, recipient, ticket, told
from servers.postgres import postgres_server, postgres_url
from stories.world import SETTINGS, RecordingSink, World

__all__ = ["postgres_server", "postgres_url"]

BOX = "support"
TWO_BOXES = SETTINGS.replace(
    "[people.anna]",
    '[[mailbox]]\nname = "billing"\naddress = "billing@acme.example"\npath = "billing"\nfirst_run = "all"\nsent = "off"\n'
    'staff = ["anna"]\n[people.anna]',
    1,
)

Two = Callable[..., tuple[World, World]]


@pytest.fixture
def two(tmp_path: Path, reader: Reader, postgres_url: str) -> Iterator[Two]:
    """Makes two daemons with the same settings, key and database; the first has a lease of so many seconds."""
    made: list[World] = []

    def make(settings: str = SETTINGS, lease: float = 30.0) -> tuple[World, World]:
        made.extend(World(tmp_path / "desk", reader, settings, open_store(postgres_url)) for _ in range(2))
        made[0].assembly.service.tenure.seconds = lease
        for world in made:
            service = world.assembly.service
            service.tenure.begin(service.store, service.now(), service.keys)
        return made[0], made[1]

    yield make
    for world in made:
        world.assembly.service.store.close()


@dataclass
class Interrupted(FolderSource):
    """A mailbox in which something happens at the moment when mails are fetched."""

    path: Path
    happens: Callable[[], object]

    def __post_init__(self) -> None:
        super().__init__(self.path)

    def fetch(self, uids: Sequence[int]) -> list[Fetched]:
        self.happens()
        return super().fetch(uids)


@dataclass
class InterruptedSink(RecordingSink):
    """A relay at which something happens while it takes its first mail."""

    happens: Callable[[], object] = lambda: None
    happened: list[object] = field(default_factory=list)

    async def send(self, sender: str, recipients: Sequence[str], raw: bytes) -> Handover:
        if not self.happened:
            self.happened.append(self.happens())
        return await super().send(sender, recipients, raw)


def take(world: World) -> bool:
    """That daemon asks for the mailbox."""
    service = world.assembly.service
    return service.tenure.take(service.store, BOX, service.now())


def read(world: World) -> int:
    """That daemon reads its mailbox."""
    box = world.assembly.boxes[0]
    source = box.source()
    try:
        return box.read(world.assembly.service, source)
    finally:
        source.close()


def counted(world: World, asked: object) -> Counter[object]:
    """How often each value stands in a column."""
    with world.assembly.service.store.read() as tx:
        return Counter(tx.execute(select(asked)).scalars())  # type: ignore[call-overload]  # any column


def broken(world: World) -> list[str]:
    """The promises that are broken in the database."""
    service = world.assembly.service
    return [line for promise in audit(service.store, service.now()) for line in promise.findings]


def judges(world: World) -> None:
    """That daemon judges what is due, until nothing is."""
    while not _came_to_rest(world):
        continue


def _came_to_rest(world: World) -> bool:
    swept = sweep(world.assembly.service)
    assert not swept.failed
    return not (swept.fired or swept.lapsed)


def sends(world: World) -> None:
    """That daemon sends what is ready."""
    asyncio.run(deliver.deliver(world.assembly.service, deliver.Relays(world.sink, 2)))


def reads(world: World, number: int) -> None:
    """That daemon reads one of its mailboxes."""
    box = world.assembly.boxes[number]
    service = world.assembly.service
    assert service.tenure.take(service.store, box.settings.name, service.now())
    source = box.source()
    box.read(service, source)
    source.close()


def at_once(*doing: Callable[[], object]) -> None:
    """Do these things at the same time, and wait for them."""
    barrier = Barrier(len(doing))
    failures: list[Exception] = []

    def run(do: Callable[[], object]) -> None:
        barrier.wait(10)
        try:
            do()
        except Exception as error:  # told to the test, whose thread this is not
            failures.append(error)

    threads = [Thread(target=run, args=(do,)) for do in doing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []


def test_a_mailbox_is_read_by_one_daemon(two: Two) -> None:
    """A12: The second gets it when the first takes its leave."""
    first, second = two()
    assert take(first)
    assert not take(second)

    first.assembly.service.tenure.end(first.assembly.service.store)
    assert take(second)


def test_a_daemon_that_slept_past_its_lease_stores_nothing(two: Two) -> None:
    """A12, P2: Another read the mailbox meanwhile; the window of the sleeper is not committed, nor that it has read."""
    first, second = two(lease=0.0)
    for number in range(5):
        first.writes(f"kim{number}@globex.example", "It is broken.", f"Trouble {number}")
    assert take(first)

    def overtaken() -> None:
        assert take(second)
        assert read(second) == 5

    box = first.assembly.boxes[0]
    source = Interrupted(first.folder / "inbox", overtaken)
    watched = box.folders(source)[0]
    with pytest.raises(LeaseLost):
        take_in(first.assembly.service, source, watched)

    assert set(counted(second, ticket.c.subject).values()) == {1}
    assert len(counted(second, ledger.c.uid)) == 5
    assert list(counted(second, folder.c.attempts)) == [0]
    assert not first.assembly.service.tenure.holds(BOX)
    assert broken(second) == []


def test_a_lost_mailbox_is_told_by_the_next_heartbeat(two: Two) -> None:
    """A12: It is given up then, and taken again only when it is free."""
    first, second = two(lease=0.0)
    assert take(first)
    assert take(second)

    service = first.assembly.service
    assert service.tenure.beat(service.store, service.now()) == {BOX}
    assert not take(first)


@pytest.mark.parametrize("behind", [timedelta(), timedelta(hours=2)], ids=["in time", "behind"])
def test_two_that_judge_and_send_at_once_do_each_thing_once(two: Two, behind: timedelta) -> None:
    """H3, P4: Forty lapses at once: each step once, each contact told once, each mail sent once, whatever its clock."""
    first, second = two()
    assert take(first)
    for number in range(40):
        first.writes(f"kim{number}@globex.example", "It is broken.", f"Trouble {number}")
    read(first)
    for wait, steps in ((timedelta(hours=4), 1), (timedelta(minutes=3), 1), (timedelta(minutes=31), 2)):
        first.clock.at += wait
        second.clock.at = first.clock.at - behind
        read(first)
        at_once(lambda: judges(first), lambda: judges(second))
        fired = set(counted(first, firing.c.ticket).values())
        # A wrong clock makes waits wrong, which is shouted; it must not make anything happen twice.
        assert fired == {steps} or (behind and max(fired) <= steps)
        at_once(lambda: sends(first), lambda: sends(second))

    assert set(counted(first, told.c.firing).values()) == {1}
    assert set(counted(first, recipient.c.state)) == {"accepted"}
    left = Counter(str(mail.message["Message-ID"]) for world in (first, second) for mail in world.sink.sent)
    assert set(left.values()) == {1}
    assert broken(first) == []


def test_an_alert_that_a_clock_behind_sends_shortens_no_wait(two: Two) -> None:
    """H3: One daemon fires; the other, two hours behind, makes the digest and has it accepted before that, by its own clock."""
    first, second = two()
    assert take(first)
    for number in range(4):
        first.writes(f"kim{number}@globex.example", "It is broken.", f"Trouble {number}")
    read(first)
    first.clock.at += timedelta(hours=4)
    second.clock.at = first.clock.at - timedelta(hours=2)
    read(first)
    judges(first)
    judges(second)
    sends(second)

    with first.assembly.service.store.read() as tx:
        asked = select(firing.c.fired_at, chain.c.next_at).join(chain, chain.c.ticket == firing.c.ticket)
        waits = {next_at - fired_at for fired_at, next_at in tx.execute(asked)}
    assert waits == {timedelta(minutes=30)}


def test_a_result_that_comes_after_the_claim_was_lost_changes_nothing(two: Two) -> None:
    """P3: A daemon slept past its lease while it sent; the other sent the mail again, and its result is the one that stays."""
    first, second = two(lease=0.0)
    assert take(first)
    first.writes("kim@globex.example", "It is broken.")
    read(first)

    def taken_over() -> None:
        assert deliver.recover_orphans(second.assembly.service) == 2
        other = Thread(target=sends, args=(second,))
        other.start()
        other.join(60)

    first.sink = InterruptedSink(happens=taken_over)
    sends(first)

    assert set(counted(first, outbox.c.state)) == {"done"}
    left = Counter(str(mail.message["Message-ID"]) for world in (first, second) for mail in world.sink.sent)
    assert Counter(left.values())[2] == 2
    assert broken(first) == []


def test_another_key_is_refused_while_the_other_daemon_lives(two: Two) -> None:
    """P8: Two that sign with different keys would not know each other's tokens: the second says which setting is wrong."""
    first, second = two()
    service = second.assembly.service
    service.tenure.end(service.store)
    with pytest.raises(SettingsError, match=r"storage\.key_file"):
        service.tenure.begin(service.store, service.now(), [b"another key"])

    first.assembly.service.tenure.end(service.store)
    service.tenure.begin(service.store, service.now(), [b"another key"])


def test_the_same_mails_in_two_mailboxes_at_once_are_one_ticket_each(two: Two) -> None:
    """P2: A customer writes to both addresses, both are read at the same moment, one backwards: neither fails for the other."""
    first, second = two(TWO_BOXES)
    for number in range(20):
        first.writes("kim@globex.example", "It is broken.", f"Trouble {number}", to="support@acme.example, billing@acme.example")
    files = sorted((first.folder / "inbox").glob("*.eml"))
    for age, file in enumerate(reversed(files)):
        copy = first.folder / "billing" / file.name
        copy.write_bytes(file.read_bytes())
        os.utime(copy, (first.clock.at.timestamp() + age,) * 2)
    at_once(lambda: reads(first, 0), lambda: reads(second, 1))

    assert set(counted(first, mail.c.subject).values()) == {1}
    assert len(counted(first, ledger.c.id)) == 40
    assert broken(first) == []


def test_one_pass_says_that_another_daemon_reads(two: Two) -> None:
    """A12: `run --once` beside a daemon that holds the mailbox ends with 75 and leaves no trace of itself."""
    first, second = two()
    assert take(first)
    first.writes("kim@globex.example", "It is broken.")

    assert run_once(second.assembly) == EXIT_TRY_AGAIN
    assert counted(first, ticket.c.number) == {}
    first.assembly.service.tenure.end(first.assembly.service.store)
    assert run_once(second.assembly) == EXIT_OK
    assert len(counted(first, ticket.c.number)) == 1
    assert counted(first, daemon.c.id) == {}
