"""Stories share one worker process; each has a desk, a database and a time of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
    """Makes a desk with other settings. Whatever happens at a desk, nothing internal reaches a customer (P7)."""
    worlds: list[World] = []

    def make(settings: str) -> World:
        worlds.append(World(tmp_path / f"desk-{len(worlds)}", reader, settings))
        return worlds[-1]

    yield make
    for world in worlds:
        world.assembly.alone.release()
        world.assembly.service.store.close()
    assert [leak for world in worlds for leak in world.leaks()] == []


@pytest.fixture
def desk(desk_with: Callable[[str], World]) -> World:
    """A desk with the usual settings."""
    return desk_with(SETTINGS)
