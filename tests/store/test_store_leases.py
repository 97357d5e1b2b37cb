"""Who may do what among several daemons, and how one that slept too long is found out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from stored import NOON, a_mail, a_ticket, after

from mailsupport.errors import StorageError, TryAgain
from mailsupport.store import Store, Tx, daemons, leases, open_store, tickets
from mailsupport.store.alone import hold_alone


def test_a_lease_belongs_to_the_first(tx: Tx) -> None:
    """A12: While it runs, nobody else gets it."""
    assert leases.take_lease(tx, "sweep", "one", NOON, 60) is not None
    assert leases.take_lease(tx, "sweep", "two", after(seconds=59), 60) is None
    assert leases.take_lease(tx, "outbox", "two", NOON, 60) is not None


def test_a_lease_that_ran_out_passes_on_with_a_higher_fence(tx: Tx) -> None:
    """The former holder's fence is no longer the newest."""
    first = leases.take_lease(tx, "sweep", "one", NOON, 60)
    second = leases.take_lease(tx, "sweep", "two", after(seconds=60), 60)

    assert first is not None
    assert second is not None
    assert first < second


def test_a_holder_that_starts_again_takes_its_own_lease(tx: Tx) -> None:
    """After a crash the same daemon need not wait for itself; what it did before is fenced off."""
    first = leases.take_lease(tx, "sweep", "one", NOON, 60)
    again = leases.take_lease(tx, "sweep", "one", after(seconds=1), 60)

    assert first is not None
    assert again is not None
    assert first < again


def test_a_renewed_lease_runs_on(tx: Tx) -> None:
    """From the instant of renewal, while nobody took it."""
    fence = leases.take_lease(tx, "sweep", "one", NOON, 60)
    assert fence is not None

    assert leases.renew_lease(tx, "sweep", "one", fence, after(seconds=50), 60) is True
    assert leases.take_lease(tx, "sweep", "two", after(seconds=100), 60) is None


def test_a_lost_lease_cannot_be_renewed(tx: Tx) -> None:
    """One that slept past its end learns it at the next renewal."""
    fence = leases.take_lease(tx, "sweep", "one", NOON, 60)
    leases.take_lease(tx, "sweep", "two", after(seconds=60), 60)
    assert fence is not None

    assert leases.renew_lease(tx, "sweep", "one", fence, after(seconds=61), 60) is False


def test_a_lease_given_back_is_free_and_its_fence_counts_on(tx: Tx) -> None:
    """The next one need not wait, and still gets a higher fence."""
    first = leases.take_lease(tx, "sweep", "one", NOON, 60)
    assert first is not None
    leases.drop_lease(tx, "sweep", "one", first)

    second = leases.take_lease(tx, "sweep", "two", after(seconds=1), 60)

    assert second is not None
    assert first < second


def test_the_second_daemon_on_a_file_is_told_who_is_first(file: Store) -> None:
    """It is refused with host, process and time of the first."""
    first = hold_alone(file, "mailsupport run")

    with pytest.raises(TryAgain, match=rf"mailsupport run, host .+, pid {os.getpid()}, since 20\d\d-.+ UTC"):
        hold_alone(file, "another")
    first.release()


def test_a_released_database_can_be_held_again(file: Store) -> None:
    """Releasing twice does no harm."""
    first = hold_alone(file, "first")
    first.release()
    first.release()

    hold_alone(file, "second").release()


def test_a_dead_holder_holds_nothing(file: Store) -> None:
    """The kernel lets go for a process that was killed, whatever the file still says."""
    program = (
        "import os, sys; from mailsupport.store import open_store; from mailsupport.store.alone import hold_alone;"
        "kept = hold_alone(open_store(sys.argv[1]), 'dead'); os._exit(9)"
    )
    died = subprocess.run([sys.executable, "-c", program, f"sqlite:///{file.path}"], check=False)

    assert died.returncode == 9
    hold_alone(file, "alive").release()


def test_where_leases_do_the_work_nothing_is_held(memory: Store, postgres: Store) -> None:
    """In memory and on PostgreSQL a second one is not refused."""
    for made in (memory, postgres):
        hold_alone(made, "first")
        hold_alone(made, "second").release()


def test_a_lock_that_cannot_be_written_names_the_cure(tmp_path: Path) -> None:
    """A missing folder is said to be what it is."""
    with pytest.raises(StorageError, match="owner and mode"):
        hold_alone(open_store(f"sqlite:///{tmp_path}/missing/desk.db"), "first")


def test_a_lease_that_is_being_used_is_not_waited_for(postgres: Store) -> None:
    """A12: Whoever asks while the holder writes under its lease hears at once that it is taken."""
    with postgres.write() as tx:
        fence = leases.take_lease(tx, "mailbox", "one", NOON, 60)
    assert fence is not None
    with postgres.write() as writing:
        assert leases.renew_lease(writing, "mailbox", "one", fence, after(seconds=1), 60)
        with postgres.write() as asking:
            assert leases.take_lease(asking, "mailbox", "two", after(seconds=2), 60) is None


def test_all_leases_of_a_holder_are_renewed_at_once(tx: Tx) -> None:
    """Those that are still its own: not one that passed on, nor one given back."""
    kept = leases.take_lease(tx, "kept", "one", NOON, 60)
    leases.take_lease(tx, "lost", "one", NOON, 60)
    given = leases.take_lease(tx, "given", "one", NOON, 60)
    assert given is not None
    leases.drop_lease(tx, "given", "one", given)
    leases.take_lease(tx, "lost", "two", after(seconds=60), 60)

    assert leases.renew_all(tx, "one", after(seconds=61), 60) == {"kept": kept}
    assert leases.take_lease(tx, "kept", "two", after(seconds=120), 60) is None
    assert leases.take_lease(tx, "given", "two", after(seconds=62), 60) is not None


def test_a_daemon_is_known_until_it_leaves(tx: Tx) -> None:
    """Its row tells since when it runs and when it was last heard of."""
    row = daemons.DaemonRow("a", "desk", 7, "here", "key", NOON, NOON, NOON)
    daemons.beat(tx, row, NOON, 30)
    daemons.beat(tx, row, after(seconds=10), 30)

    assert daemons.known(tx) == [daemons.DaemonRow("a", "desk", 7, "here", "key", NOON, after(seconds=10), after(seconds=40))]
    daemons.leave(tx, ["a"])
    assert daemons.known(tx) == []


def test_where_daemons_share_a_database_its_clock_counts(memory: Store, postgres: Store) -> None:
    """On PostgreSQL leases are measured by the server's clock, whatever ours says; on SQLite there is one of us."""
    with memory.write() as tx:
        assert daemons.present(tx, NOON) == NOON
    with postgres.write() as tx:
        assert daemons.present(tx, NOON) != NOON


def test_a_ticket_is_decided_about_by_one_at_a_time(postgres: Store) -> None:
    """P4: What another holds is skipped where asked to; rows that name the ticket may be written meanwhile."""
    with postgres.write() as tx:
        number = a_ticket(tx)
    with postgres.write() as one, postgres.write() as two:
        assert tickets.hold(one, [number]) == {number}
        assert tickets.hold(two, [number, 99], wait=False) == set()
        a_mail(two, ticket=number)
