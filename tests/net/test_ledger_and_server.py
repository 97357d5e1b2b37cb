"""The ledger beside what a server does to its UIDs: renumbering, reuse, holes, mails that vanish, mailboxes of any size (A4, A9).

Rows 10, 11, 12 and 21 of the failures; a real Dovecot unless it would have to hold 130,000 mails.
"""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest

from mailsupport.app.passes import take_in
from mailsupport.app.reconcile import Compared, reconcile
from mailsupport.net.imap import ImapSource
from mailsupport.ports import Listed
from mailsupport.store import mailboxes
from net.shaken import Bench, Desk, desk, letter, noon, waited_for
from servers.dovecot import Dovecot
from servers.proxy import Fault, Link, Personality
from servers.stages import Stage
from servers.vast import vast

SOAK = os.environ.get("SOAK") == "1"
STUBBORN = Personality(uidvalidity=7)
"""A server that never tells another UIDVALIDITY."""


def lay(dovecot: Dovecot, name: str, letters: Sequence[bytes], folder: str = "Queue") -> None:
    """Make a folder anew, with these mails in it."""
    with dovecot.client(f"{name}@example.com") as client:
        with suppress(Exception):  # the first time there is none
            client.delete_folder(folder)
        client.create_folder(folder)
        if letters:
            client.multiappend(folder, letters)


def passed(made: Desk) -> None:
    """Have one pass made over a connection of its own."""
    source = ImapSource(made.account, noon)
    made.box.read(made.service, source)
    source.close()


def compared(made: Desk) -> Compared:
    """Compare the watched folder with the ledger."""
    source = ImapSource(made.account, noon)
    found = reconcile(made.service, source, made.box.folders(source)[-1])
    source.close()
    return found


def skip_to(made: Desk, cursor: int) -> None:
    """Move the cursor over mails that nobody took in: no bug of ours should, and this one does."""
    with made.service.store.write() as tx:
        mailboxes.advance(tx, made.box.settings.name, "Queue", cursor)


# --- UIDs that mean something else -------------------------------------------------------------------------------------------


def test_a_thousand_renumbered_mails_open_no_second_ticket(shared_bench: Bench) -> None:
    """A new UIDVALIDITY, and the same 1,000 mails in another order: read again, recognised, and one new one beside them."""
    letters = [letter(number) for number in range(1000)]
    box = shared_bench.with_settings(folder="Queue", after="leave")
    lay(shared_bench.dovecot, "renumbered", letters)
    with desk(shared_bench, "renumbered", 1000, box=box) as (made, _):
        passed(made)
        before = made.tickets()
        lay(shared_bench.dovecot, "renumbered", [*reversed(letters), letter(1000)])
        passed(made)

        assert (1000, 1001) == (before, made.tickets())
        assert len(made.entries()) == 2001


def test_uids_that_go_back_are_read_again(shared_bench: Bench) -> None:
    """The server keeps its UIDVALIDITY and begins to count anew: nothing twice, nothing overlooked."""
    box = shared_bench.with_settings(folder="Queue", after="leave")
    lay(shared_bench.dovecot, "backwards", [letter(n) for n in range(5)])
    with desk(shared_bench, "backwards", 5, personality=STUBBORN, box=box) as (made, _):
        passed(made)
        lay(shared_bench.dovecot, "backwards", [letter(3), letter(7)])
        passed(made)

        assert made.tickets() == 6


def test_uids_reused_beyond_the_cursor_are_found_by_the_comparison(shared_bench: Bench) -> None:
    """The same, but so many mails came that the next UID tells nothing: size and arrival of the old UIDs do."""
    box = shared_bench.with_settings(folder="Queue", after="leave")
    lay(shared_bench.dovecot, "reused", [letter(n, 100 * n) for n in range(2)])
    with desk(shared_bench, "reused", 2, personality=STUBBORN, box=box) as (made, _):
        passed(made)
        with shared_bench.dovecot.client("reused@example.com") as client:
            client.delete_folder("Queue")
            client.create_folder("Queue")
            for number in range(5, 9):
                client.append("Queue", letter(number, 700 * number), msg_time=noon())
        passed(made)
        overlooked = made.tickets()
        found = compared(made)
        passed(made)

        assert (4, (1, 2), 6) == (overlooked, found.other, made.tickets())
        assert [b"UID 1, 2 of support/Queue" in mail for mail in made.operator_was_told()] == [True]


def test_a_server_that_tells_no_uidnext_is_not_taken_for_a_forgetful_one(shared_bench: Bench) -> None:
    """The newest mails are moved away, so that the highest UID there is below the cursor: no reason to read everything again."""
    lay(shared_bench.dovecot, "untold", [letter(1), letter(2)])
    taciturn = Personality(frozenset({"UIDNEXT"}))
    with desk(shared_bench, "untold", 2, personality=taciturn, box=shared_bench.with_settings(folder="Queue")) as (made, _):
        passed(made)
        before = made.folder("Queue")
        passed(made)

        assert (2, 2, before.uidvalidity) == (before.cursor, made.folder("Queue").cursor, made.folder("Queue").uidvalidity)


# --- holes -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def holed(shared_bench: Bench, request: pytest.FixtureRequest) -> tuple[Bench, str]:
    """A bench, and the name of an account with three mails in its folder."""
    name = f"hole-{abs(hash(request.node.name))}"
    lay(shared_bench.dovecot, name, [letter(1), letter(2), letter(3)])
    return shared_bench, name


def test_an_overlooked_mail_is_taken_in_and_named(holed: tuple[Bench, str]) -> None:
    """Three mails lie above the start, the ledger has none of the first two: the operator hears their UIDs, each has a ticket."""
    at, name = holed
    with desk(at, name, 3, box=at.with_settings(folder="Queue")) as (made, _):
        lay(at.dovecot, name, [])
        passed(made)
        with at.dovecot.client(f"{name}@example.com") as client:
            client.multiappend("Queue", [letter(1), letter(2), letter(3)])
        skip_to(made, 2)
        passed(made)
        overlooked = made.tickets()
        found, again = compared(made), compared(made)

        assert (1, (1, 2), 2) == (overlooked, found.missing, found.taken)
        assert (3, ()) == (made.tickets(), again.missing)
        assert [b"UID 1, 2 of support/Queue" in mail for mail in made.operator_was_told()] == [True]


def test_mails_from_before_the_first_run_are_no_hole(holed: tuple[Bench, str]) -> None:
    """What the first run left alone has no row, and wants none."""
    at, name = holed
    with desk(at, name, 0, box=at.with_settings(folder="Queue", first_run="new", after="leave")) as (made, _):
        passed(made)
        with at.dovecot.client(f"{name}@example.com") as client:
            client.append("Queue", letter(4))
        passed(made)

        assert Compared(looked_at=1) == compared(made)


def test_a_folder_that_agrees_is_left_in_peace(holed: tuple[Bench, str]) -> None:
    """Every mail looked at, nothing missing, nobody told."""
    at, name = holed
    with desk(at, name, 3, box=at.with_settings(folder="Queue", after="leave")) as (made, _):
        passed(made)

        assert Compared(looked_at=3) == compared(made)
        assert made.operator_was_told() == []


def test_mails_above_the_cursor_are_the_business_of_the_pass(holed: tuple[Bench, str]) -> None:
    """A mail that came since the last pass is no hole."""
    at, name = holed
    with desk(at, name, 3, box=at.with_settings(folder="Queue", after="leave")) as (made, _):
        passed(made)
        with at.dovecot.client(f"{name}@example.com") as client:
            client.append("Queue", letter(4))

        assert Compared(looked_at=3) == compared(made)


# --- mails that vanish -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [Stage.SEARCH, Stage.SIZES, Stage.FETCH, Stage.FETCHED])
def test_a_mail_removed_under_our_hands_costs_no_other(shared_bench: Bench, stage: Stage) -> None:
    """A person deletes the second of three mails between search and fetch: the others are ticketed, nothing is given up."""
    name = f"removed-{stage.value}"
    lay(shared_bench.dovecot, name, [letter(1), letter(2), letter(3)])
    with desk(shared_bench, name, 2, box=shared_bench.with_settings(folder="Queue", after="leave")) as (made, proxy):
        proxy.plan(stage, removing(shared_bench.dovecot, name))
        with made.at_work():
            waited_for(made.complete.wait, "the mails")

        assert ([], []) == (made.troubles, made.errors)
        assert ("ticketed", "ticketed") == (made.entries()[0], made.entries()[-1])
        assert set(made.entries()) <= {"ticketed", "gone"}
        assert made.entries().count("ticketed") == made.tickets()


def removing(dovecot: Dovecot, name: str) -> Fault:
    """Somebody removes the second mail while an answer is on its way."""

    def removed(link: Link, rest: bytes) -> None:
        with dovecot.client(f"{name}@example.com") as client:
            client.select_folder("Queue")
            client.delete_messages([2], silent=True)
            client.expunge()
        link.send(rest)

    return removed


# --- very many mails ---------------------------------------------------------------------------------------------------------


def test_130_000_mails_are_listed_in_short_lines_and_little_memory() -> None:
    """No answer is near imaplib's million bytes a line, and a page at a time is held, however large the mailbox."""
    with vast(130_000, step=5) as server:
        source = ImapSource(server.account(), noon)
        source.open("INBOX")
        tracemalloc.start()
        pages = [source.listing(after, 500) for after in (0, 320_000, 649_000)]
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        seen = sum(1 for _ in walked(source)) if SOAK else 130_000
        source.close()

    assert [(5, 2500), (320_005, 322_500), (649_005, 650_000)] == [(page[0].uid, page[-1].uid) for page in pages]
    assert (130_000, True, True) == (seen, server.longest < 100_000, peak < 10_000_000), (server.longest, peak)
    assert not [command for command in server.commands if b"ALL" in command or b"*" in command]


def walked(source: ImapSource) -> Iterator[Listed]:
    """Every mail of the open folder, page by page."""
    after = 0
    while page := source.listing(after, 500):
        yield from page
        after = page[-1].uid


def test_first_run_on_a_million_mails_begins_at_the_end(shared_bench: Bench) -> None:
    """What lies there is left alone without being listed."""
    with desk(shared_bench, "vast", 0, box=shared_bench.with_settings(first_run="new")) as (made, _), vast(1_000_000) as server:
        source = ImapSource(server.account(), noon)
        take_in(made.service, source, made.box.folders(source)[-1])
        source.close()

        assert (1_000_000, 1_000_000) == (made.folder("INBOX").cursor, made.folder("INBOX").left_alone)
        assert server.longest < 1000
