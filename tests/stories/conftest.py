"""Stories share one worker process; each has a desk, a database and a time of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsupport.mail.worker import Reader
from stories.world import World


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """The worker process that reads mails."""
    worker = Reader()
    yield worker
    worker.close()


@pytest.fixture
def desk(tmp_path: Path, reader: Reader) -> Iterator[World]:
    """A desk with the usual settings."""
    world = World(tmp_path, reader)
    yield world
    world.assembly.alone.release()
    world.assembly.service.store.close()
