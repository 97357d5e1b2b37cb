"""The program, ready to be started many times in a second: a process without threads that imports everything once and forks.

    python -m crash.program          one order a line on stdin (JSON), one answer a line on stdout

The first order is obeyed in this process itself and answered with "ready": templates and libraries are warm then. An order is a
desk's folder, the time it is there, and how the run ends: `crash_at` kills it at a named point, `kill_after` so many seconds
after its start, neither lets it end by itself. The answer is the exit code, negative for a signal. A run takes in, judges and
sends until nothing is due, as `mailsupport run --once` does; what it says goes to `run.log` in the desk's folder.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import traceback
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from mailsupport.app import crashpoints, quarantine
from mailsupport.app.service import Limits
from mailsupport.core.model import Mail
from mailsupport.daemon.assembly import Assembly, assemble
from mailsupport.daemon.heartbeat import beating
from mailsupport.daemon.life import run_once
from mailsupport.daemon.shout import Shout
from mailsupport.mail.render import Templates
from mailsupport.mail.worker import Unread, read_here
from mailsupport.settings import load
from mailsupport.store import mailboxes

_WARM: dict[str, Templates] = {}
"""The templates of the first run, compiled: every desk has the shipped ones."""

WINDOW = 3
"""Mails in a window: so few that a run has several."""


@dataclass
class HereReading:
    """A batch that was read in this process."""

    raws: list[bytes]
    results: list[Mail | Unread]
    packed: list[bytes] = field(default_factory=list)


class HereReader:
    """Reads in this process: starting another for every run would take most of the test's time."""

    def submit(self, raws: list[bytes]) -> HereReading:
        """Read them now."""
        return HereReading(raws, [read_here(raw) for raw in raws])

    def collect(self, reading: HereReading) -> list[Mail | Unread]:
        """Return what was read."""
        return reading.results

    def read_many(self, raws: list[bytes]) -> list[Mail | Unread]:
        """Read a batch."""
        return self.submit(raws).results

    def close(self) -> None:
        """There is nothing to end."""


LATER = timedelta(minutes=5)
"""A run looks twice, so long apart: what waits for a mail about several tickets goes out at the second time."""


def run(folder: Path, at: datetime, worker: bool) -> int:
    """Make one run in that desk; `worker` reads in a process of its own, as the daemon does."""
    clock = [at]
    made = assemble(load(folder / "mailsupport.toml"), lambda: clock[0])
    reader: Any = made.service.reader if worker else HereReader()
    limits = Limits(window_mails=WINDOW, min_free=0)
    templates = _WARM.setdefault("templates", made.service.templates)
    made = replace(made, service=replace(made.service, reader=reader, limits=limits, templates=templates))
    try:
        code = run_once(made)
        _mend(made)
        clock[0] += LATER
        return max(code, run_once(made))
    finally:
        made.close()


def _mend(made: Assembly) -> None:
    """Do what the daemon does once a day, and the operator now and then: compare with the server, empty the quarantine."""
    service = made.service
    with beating(lambda: made, Shout(()), lambda _: None, lambda: None):
        for box in made.boxes:
            assert service.tenure.take(service.store, box.settings.name, service.now())
            box.compare(service, {box.settings.folder})
    with service.store.read() as tx:
        stuck = [row.id for row in mailboxes.quarantined(tx)]
    for number in stuck:
        quarantine.discard(service, number, "nothing of importance")


def _child(order: dict[str, Any]) -> int:
    folder = Path(order["folder"])
    log = os.open(folder / "run.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    crashpoints.arm(order.get("crash_at", ""))
    try:
        return run(folder, datetime.fromisoformat(order["at"]), order.get("worker", False))
    except BaseException:  # the parent has to learn of it by the exit code
        traceback.print_exc()
        return 99


def _start(order: dict[str, Any]) -> int:
    """Fork, have the child make its run, and return how it ended."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            code = _child(order)
        finally:
            os._exit(code)
    if "kill_after" in order:
        ended = os.pidfd_open(pid)
        if not select.select([ended], [], [], order["kill_after"])[0]:
            os.kill(pid, signal.SIGKILL)
        os.close(ended)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Obey until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    order = json.loads(sys.stdin.readline())
    import_module("psycopg")  # the warm desk is on SQLite
    run(Path(order["folder"]), datetime.fromisoformat(order["at"]), worker=False)
    gc.freeze()
    print("ready", file=answers)
    for line in sys.stdin:
        print(_start(json.loads(line)), file=answers)


if __name__ == "__main__":
    main()
