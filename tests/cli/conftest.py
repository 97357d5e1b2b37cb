"""An office with settings, for every test of a command."""

from __future__ import annotations

from pathlib import Path

import pytest
from desks import Office


@pytest.fixture
def bare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Office:
    """A folder without settings."""
    return Office(tmp_path, capsys)


@pytest.fixture
def office(bare: Office) -> Office:
    """A folder with settings, and no database yet."""
    bare.write()
    return bare
