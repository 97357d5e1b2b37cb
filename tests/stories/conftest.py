"""Stories share one worker process; each has a desk, a database and a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailsupport.app.looking.audit import audit
from mailsupport.mail.worker import Reader
from stories.world import SETTINGS, World


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """The worker process that reads mails."""
    worker = Reader()
    yield worker
    worker.close()


@pytest.fixture
def desk_with(tmp_path: Path, reader: Reader) -> Iterator[Callable[[str], World]]:
    """Makes a desk with other settings. Whatever happens there, each promise is kept, and nothing internal reaches a customer."""
    worlds: list[World] = []

    def make(settings: str) -> World:
        worlds.append(World(tmp_path / f"desk-{len(worlds)}", reader, settings))
        return worlds[-1]

    yield make
    broken = [
        line for world in worlds for promise in audit(world.assembly.service.store, world.clock.at) for line in promise.findings
    ]
    for world in worlds:
        world.assembly.alone.release()
        world.assembly.service.store.close()
    assert broken == []
    assert [leak for world in worlds for leak in world.leaks()] == []


@pytest.fixture
def desk(desk_with: Callable[[str], World]) -> World:
    """A desk with the usual settings."""
    return desk_with(SETTINGS)
