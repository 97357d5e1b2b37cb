"""The life of one mailbox thread: connect, pass, wait, pass again; rest and come back when the server fails.

What a pass does is a callable, so this module knows no tickets; when a mail comes is the source's business. A pass follows
every wait, whatever the wait brought: polling is the promise. Another thread may ask for a pass and wait until one that
began after its asking is complete: then everything that was in the mailbox at that moment has been read.

Rules for editing: the thread ends when `stop` is set, and for nothing else. Rests after a refused login are long
(`backoff.LOGIN`) and no nudge shortens any rest, so that no impatience elsewhere locks an account.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mailsupport.errors import LoginRefused, ServerUnavailable
from mailsupport.net.backoff import CONNECTION, LOGIN, Backoff
from mailsupport.ports import MailSource

STANDBY = 5.0
"""Seconds after which a mailbox that another reads is asked for again."""

_log = logging.getLogger(__name__)


class Watch:
    """One mailbox. `run` is the thread; `nudge`, `request_pass`, `wait_for_pass` and `end` are for others.

    `on_trouble` gets the error and how many came in a row; `on_recovered` is called once the connection has outlived a pass
    and the wait after it; `on_error` gets what a pass raised otherwise. `jitter` returns numbers in [0, 1). `admit` says whether
    the mailbox is ours to read, and is asked before each pass and each wait; while it is not, there is no connection.
    `poll_every`, `standby` and the rests are seconds.
    """

    def __init__(
        self,
        source_factory: Callable[[], MailSource],
        each_pass: Callable[[MailSource], None],
        poll_every: float,
        on_trouble: Callable[[ServerUnavailable, int], None],
        on_recovered: Callable[[], None],
        jitter: Callable[[], float],
        stop: threading.Event,
        on_error: Callable[[Exception], None],
        connection: Backoff = CONNECTION,
        login: Backoff = LOGIN,
        admit: Callable[[], bool] = lambda: True,
        standby: float = STANDBY,
    ) -> None:
        self._source_factory, self._each_pass, self._poll_every = source_factory, each_pass, poll_every
        self._on_trouble, self._on_recovered, self._on_error = on_trouble, on_recovered, on_error
        self._jitter, self._stop = jitter, stop
        self._connection, self._login = connection, login
        self._admit, self._standby = admit, standby
        self._failures = 0
        self._changed = threading.Condition()
        self._source: MailSource | None = None
        self._asked = 0
        self._done = 0

    def run(self) -> None:
        """Watch the mailbox until `stop` is set and `end` or a wait's time has ended the wait."""
        while not self._stop.is_set():
            try:
                if self._admit():
                    self._visit()
                else:
                    self._stop.wait(self._standby)
            except Exception as error:
                # Whatever a pass stumbles over, or the telling of a trouble: tomorrow's mail has to be read too.
                self._failures += 1
                self._complain(error)
                self._rest(self._connection)

    def nudge(self) -> None:
        """Have a pass made now rather than at the end of the wait; during a rest after trouble nothing is hastened."""
        with self._changed:
            if self._source is not None:
                self._source.interrupt()

    def end(self) -> None:
        """Set `stop` and end the wait under way; a pass under way is finished first."""
        self._stop.set()
        self.nudge()
        with self._changed:
            self._changed.notify_all()

    def request_pass(self) -> int:
        """Ask for a pass and return its number for `wait_for_pass`."""
        with self._changed:
            self._asked += 1
            number = self._asked
        self.nudge()
        return number

    def wait_for_pass(self, number: int, timeout: float) -> bool:
        """Wait until a pass that began after `request_pass` gave that number is complete; False when none is in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._done >= number or self._stop.is_set(), timeout)
            return self._done >= number

    def _visit(self) -> None:
        try:
            self._serve(self._source_factory())
        except LoginRefused as trouble:
            self._rest_after(trouble, self._login)
        except ServerUnavailable as trouble:
            self._rest_after(trouble, self._connection)

    def _serve(self, source: MailSource) -> None:
        try:
            self._attach(source)
            while not self._stop.is_set() and self._admit():
                self._pass(source)
                if not self._stop.is_set() and self._admit():
                    source.wait(self._poll_every)
                    self._settle_down()
        finally:
            self._attach(None)
            source.close()

    def _attach(self, source: MailSource | None) -> None:
        with self._changed:
            self._source = source

    def _pass(self, source: MailSource) -> None:
        with self._changed:
            covers = self._asked
        self._each_pass(source)
        with self._changed:
            self._done = covers
            self._changed.notify_all()

    def _settle_down(self) -> None:
        # Not after the pass already: a server that hangs up in each wait would be dialled every second.
        if self._failures:
            self._failures = 0
            self._on_recovered()

    def _rest_after(self, trouble: ServerUnavailable, backoff: Backoff) -> None:
        self._failures += 1
        try:
            self._on_trouble(trouble, self._failures)
        finally:
            self._rest(backoff)

    def _complain(self, error: Exception) -> None:
        try:
            self._on_error(error)
        except Exception:
            # Nobody is left to be told; the log is, and the thread lives.
            _log.exception("the trouble of a mailbox could not be told")

    def _rest(self, backoff: Backoff) -> None:
        self._stop.wait(backoff.rest(self._failures, self._jitter()))
