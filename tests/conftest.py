"""What every area may use: the real servers, started once for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import structlog

from servers import dovecot as dovecot_server
from servers import smtp as smtp_server

# Where nobody configures it, structlog draws every traceback with its source, which takes half a second each.
structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])


@pytest.fixture(scope="session")
def dovecot() -> Iterator[dovecot_server.Dovecot]:
    """A running Dovecot. Without one the test is skipped with the line that installs it; with CI=true it fails."""
    if dovecot_server.is_missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(dovecot_server.APT_LINE)
    with dovecot_server.running(dovecot_server.ODD_PASSWORDS) as server:
        yield server


@pytest.fixture
def relay() -> Iterator[smtp_server.Relay]:
    """A relay that records what it is handed and misbehaves on request."""
    with smtp_server.recording() as server:
        yield server
