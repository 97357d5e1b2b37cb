"""What the tests of servers share: the worker that reads mails, and a bench of desks behind a proxy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailsupport.mail.worker import Reader
from net.shaken import Bench, bench
from servers.dovecot import Dovecot


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """The worker process that reads mails."""
    worker = Reader()
    yield worker
    worker.close()


@pytest.fixture(scope="session")
def shared_bench(dovecot: Dovecot, reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Where scenarios are made."""
    with bench(dovecot, reader, tmp_path_factory.mktemp("bench")) as made:
        yield made
