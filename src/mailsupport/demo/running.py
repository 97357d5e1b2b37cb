"""The real daemon in a thread, and everybody's log in a file, so that the terminal shows the story alone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from structlog.typing import Processor

from mailsupport.daemon.assembly import assemble
from mailsupport.daemon.life import Daemon
from mailsupport.settings import load

_PATIENCE = 30.0
"""Seconds given to the daemon to end: as long as it gives to what is under way, and a little."""


class Running:
    """The daemon with the settings at `path`. Raises what `assemble` and `load` raise."""

    def __init__(self, path: Path) -> None:
        self._assembly = assemble(load(path))
        self._daemon = Daemon(path, self._assembly)
        self._thread = threading.Thread(target=self._run, name="demo-daemon", daemon=True)
        self.failure = ""
        self.store = self._assembly.service.store

    def start(self) -> None:
        """Watch, judge and send, from now on."""
        self._thread.start()

    def is_ready(self) -> bool:
        """Whether the mail to itself has come home: servers, worker process, database and daemon work together."""
        return bool(self._assembly.service.learned.plus)

    def wait_until_ready(self, seconds: float) -> bool:
        """Wait for that; False when it does not come, or the daemon has ended."""
        end = time.monotonic() + seconds
        while not self.is_ready() and not self.failure and time.monotonic() < end:
            time.sleep(0.05)
        return self.is_ready()

    def stop(self) -> None:
        """End after what is under way; the database stays open until `close`."""
        self._daemon.stop()
        self._thread.join(_PATIENCE)

    def close(self) -> None:
        """Let go of worker process, lock and database."""
        self._assembly.close()

    def _run(self) -> None:
        try:
            self._daemon.run()
        except Exception as error:  # whatever ends the daemon ends the story, which says so
            self.failure = f"the daemon ended: {type(error).__name__}: {error}"
            logging.getLogger("demo").exception("the daemon ended")


@contextmanager
def logging_to(file: Path) -> Iterator[None]:
    """Send what the program and its libraries log to a file; afterwards logging is as it was."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    with file.open("a", encoding="utf-8", errors="backslashreplace") as log:
        handler = logging.StreamHandler(log)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.handlers, root.level = [handler], logging.WARNING
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(log), processors=_PROCESSORS)
        try:
            yield
        finally:
            root.handlers, root.level = handlers, level
            structlog.configure(**before)


_PROCESSORS: list[Processor] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
]
