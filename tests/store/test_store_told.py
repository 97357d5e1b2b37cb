"""What happened is told once it is committed, and what was undone never."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from mailsupport.store import Store, Tx, open_store, savepoint
from mailsupport.store.told import Happening, tell


@pytest.fixture
def store() -> Iterator[Store]:
    """A database in memory."""
    opened = open_store("sqlite://")
    opened.migrate()
    yield opened
    opened.close()


def listening(store: Store) -> list[str]:
    """Return where the names of events will stand."""
    heard: list[str] = []

    def listen(happened: Sequence[Happening]) -> None:
        heard.extend(one.event for one in happened)

    store.listener = listen
    return heard


def say(tx: Tx, *events: str) -> None:
    """Tell some events."""
    for event in events:
        tell(tx, event, None, "", {})


def test_what_happened_is_told_in_order_after_the_commit(store: Store) -> None:
    """Not before: whoever reads the log may look into the database for it."""
    heard = listening(store)
    with store.write() as tx:
        say(tx, "one", "two")
        assert heard == []

    assert heard == ["one", "two"]


def test_what_a_savepoint_took_back_is_not_told(store: Store) -> None:
    """Only what was told inside it is forgotten."""
    heard = listening(store)
    with store.write() as tx:
        say(tx, "before")
        with pytest.raises(ValueError), savepoint(tx):
            say(tx, "inside")
            raise ValueError
        say(tx, "after")

    assert heard == ["before", "after"]


def test_what_was_rolled_back_is_not_told(store: Store) -> None:
    """Neither then, nor with the next transaction on the same connection."""
    heard = listening(store)
    with pytest.raises(ValueError), store.write() as tx:
        say(tx, "lost")
        raise ValueError
    with store.write() as tx:
        say(tx, "kept")

    assert heard == ["kept"]
