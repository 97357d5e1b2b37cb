"""Long proofs share one worker process; each has a desk of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailsupport.mail.worker import Reader
from stories.world import World


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """The worker process that reads mails."""
    worker = Reader()
    yield worker
    worker.close()


@pytest.fixture
def desk_with(tmp_path: Path, reader: Reader) -> Iterator[Callable[[str], World]]:
    """Makes a desk with these settings."""
    worlds: list[World] = []

    def make(settings: str) -> World:
        worlds.append(World(tmp_path / f"desk-{len(worlds)}", reader, settings))
        return worlds[-1]

    yield make
    for world in worlds:
        world.assembly.alone.release()
        world.assembly.service.store.close()
