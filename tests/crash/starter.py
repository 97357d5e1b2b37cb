"""Starts runs of the program on a desk and says how each ended: the test's end of `crash.program`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from crash.scenario import Desk, again_at

KILLED = -signal.SIGKILL
_TESTS = Path(__file__).parent.parent


class Program:
    """A process that forks a run for every order. `warm` is a desk to be spent on its first run."""

    def __init__(self, warm: Desk) -> None:
        self._warm = warm

    def __enter__(self) -> Program:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(_TESTS), os.environ.get("PYTHONPATH"))))}
        environment.pop("MAILSUPPORT_CRASH_AT", None)
        command = [sys.executable, "-m", "crash.program"]
        self._process = subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=environment, bufsize=1)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"folder": str(self._warm.folder), "at": again_at(self._warm, 0)}) + "\n")
        assert self._answer() == "ready"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate()

    def run(self, desk: Desk, minutes: int, *, crash_at: str = "", kill_after: float | None = None, worker: bool = False) -> int:
        """Make one run, so many minutes after the desk was prepared; return its exit code, or minus the signal that ended it."""
        order: dict[str, object] = {"folder": str(desk.folder), "at": again_at(desk, minutes), "crash_at": crash_at}
        order |= {"worker": worker} | ({} if kill_after is None else {"kill_after": kill_after})
        assert self._process.stdin is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        return int(self._answer())

    def recover(self, desk: Desk, minutes: int) -> None:
        """Run without a crash until there is nothing to be done."""
        code = self.run(desk, minutes)
        assert code == 0, f"exit code {code}\n{(desk.folder / 'run.log').read_text()[-4000:]}"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()
