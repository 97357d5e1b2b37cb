"""A desk for the tests of the commands: a settings file in a folder of its own, and a database made through the store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailsupport.cli import main
from mailsupport.settings.initial import new_key
from mailsupport.store import Tx, open_store

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src")}

SETTINGS = """\
operator = "ops@acme.example"
timezone = "Europe/Berlin"
[smtp]
folder = "out"
[[mailbox]]
address = "support@acme.example"
path = "in"
staff = ["anna@acme.example"]
[contract.standard]
calendar = "office"
first_response = "4h"
chain = ["project_manager", "am@acme.example", "cd@acme.example"]
wait = ["0m", "30m"]
[people.ben]
name = "Ben Ito"
email = "ben@acme.example"
roles = ["project_manager"]
[people.cleo]
name = "Cleo Roy"
email = "cleo@acme.example"
[customer.globex]
name = "Globex GmbH"
match = ["@globex.example"]
project_manager = "cleo"
[calendar.office]
open = { mon = "08:00-17:00", tue = "08:00-17:00", wed = "08:00-17:00", thu = "08:00-17:00", fri = "08:00-16:00" }
holidays = "DE-BE"
"""


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its stdout, read as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """The lines of its stdout, with runs of blanks made one."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Office:
    """A folder with settings; commands are given there."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "mailsupport.toml"

    def write(self, text: str = SETTINGS) -> None:
        """Write the settings, and what they name."""
        self.settings.write_text(text, "utf-8")
        (self.folder / "in").mkdir(exist_ok=True)
        key = self.folder / "mailsupport.key"
        key.touch(mode=0o600)
        key.write_text(new_key())

    def does(self, *words: str) -> Said:
        """Give a command."""
        self.capsys.readouterr()
        code = main(["--config", str(self.settings), *words])
        out, err = self.capsys.readouterr()
        return Said(code, out, err)

    @contextmanager
    def database(self) -> Iterator[Tx]:
        """Open a transaction that may write, in a database that is made when there is none."""
        store = open_store(f"sqlite:///{self.folder / 'mailsupport.db'}")
        try:
            store.migrate()
            with store.write() as tx:
                yield tx
        finally:
            store.close()


def as_process(*words: str) -> subprocess.CompletedProcess[bytes]:
    """Give a command as a process of its own."""
    return subprocess.run([sys.executable, "-m", "mailsupport", *words], capture_output=True, check=False, env=ENVIRONMENT)
