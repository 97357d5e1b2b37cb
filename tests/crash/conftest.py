"""One prepared desk and one program to be killed, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crash.scenario import Desk, prepare
from crash.starter import Program
from mailsupport.mail.worker import Reader
from servers.postgres import server


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk in the middle of its day; tests take copies."""
    reader = Reader()
    desk = prepare(tmp_path_factory.mktemp("crash") / "desk", reader)
    reader.close()
    return desk


@pytest.fixture(scope="session")
def prepared_on_postgres(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The same desk with its database on PostgreSQL."""
    reader = Reader()
    desk = prepare(tmp_path_factory.mktemp("crash") / "desk", reader, server().create())
    reader.close()
    return desk


@pytest.fixture(scope="session")
def program(prepared: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program, ready to be started many times."""
    with Program(prepared.copy(tmp_path_factory.mktemp("warm") / "desk")) as ready:
        yield ready
