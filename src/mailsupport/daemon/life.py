"""The life of the daemon: threads, ticks, signals, and the loop that judges at the earliest deadline.

One thread a mailbox reads (`net.watch`), one loop sends (`post_office`), this thread judges. It wakes at the earliest
deadline, has the mailboxes read up to it, and then sweeps: lateness is one pass, not a poll interval. TERM and INT finish
what is under way; a second one ends at once; HUP loads the settings again and keeps the old ones when they are wrong.
"""

from __future__ import annotations

import asyncio
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import structlog

from mailsupport.app import deliver as delivery
from mailsupport.app import selftest
from mailsupport.app.sweep import next_due, sweep
from mailsupport.daemon import journal, ticks
from mailsupport.daemon.assembly import Assembly, Box, assemble, reassemble
from mailsupport.daemon.heartbeat import beating
from mailsupport.daemon.post_office import PostOffice
from mailsupport.daemon.shout import Shout
from mailsupport.daemon.trouble import Trouble
from mailsupport.errors import EXIT_OK, EXIT_TRY_AGAIN, LeaseLost, MailsupportError, ServerUnavailable
from mailsupport.net.watch import Watch
from mailsupport.ports import MailSource
from mailsupport.settings import load

LONGEST = 15.0
"""Seconds after which the deadlines are looked at in any case."""

GATED = 1.0
"""Seconds until the deadlines are looked at again when a mailbox must be read first and does not come."""

PATIENCE = 25.0
"""Seconds given to what is under way when the program ends; service managers kill after 30 or more."""

_log = structlog.get_logger("daemon")


class Daemon:
    """The running program. `run` blocks until `stop`; `reloaded` hears of new settings in force."""

    def __init__(self, path: Path | None, assembly: Assembly, reloaded: Callable[[Assembly], None] = lambda _: None) -> None:
        self.path, self.assembly, self._reloaded = path, assembly, reloaded
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._unwatch = threading.Event()
        self._reload = False
        self._post = PostOffice(lambda: self.assembly, self.nudge)
        self._shout = Shout(assembly.settings.operator_command)
        self._watches: dict[str, Watch] = {}
        self._threads: list[threading.Thread] = []

    def run(self) -> None:
        """Watch, judge and send until stopped."""
        with beating(lambda: self.assembly, self._shout, self._lost, self._post.nudge):
            # Taken before anything is judged: what was noted of their trouble was noted by an earlier run.
            ours = [box.settings.name for box in self.assembly.boxes if self._admit(box)]
            self._post.start()
            self._start_watches()
            ticking = ticks.start(lambda: self.assembly, self._shout, self.nudge)
            _log.info("daemon_started", mailboxes=ours, elsewhere=len(self.assembly.boxes) - len(ours))
            try:
                while not self._stopping():
                    if self._reload:
                        self._load_again()
                    self._judge()
            finally:
                ticking.shutdown(wait=False)
                self._end()

    def _stopping(self) -> bool:
        """A signal may come between any two instructions: the bell is silenced before anything is looked at, never after."""
        self._wake.clear()
        return self._stop.is_set()

    def stop(self) -> None:
        """End after what is under way."""
        self._stop.set()
        self._wake.set()

    def nudge(self) -> None:
        """Look at deadlines and outbox now."""
        self._wake.set()

    def request_reload(self) -> None:
        """Load the settings again, soon."""
        self._reload = True
        self._wake.set()

    # --- judging ------------------------------------------------------------------------------------------------------

    def _judge(self) -> None:
        try:
            swept = sweep(self.assembly.service)
            for name in swept.unread & self._watches.keys():
                self._watches[name].request_pass()
            if swept.fired or swept.mailed:
                self._post.nudge()
            if swept.failed:
                self._shout("sweep", f"{swept.failed} tickets cannot be judged", "see the log; the others are judged")
            self._wake.wait(GATED if swept.unread else self._rest())
        except MailsupportError as error:
            self._shout("sweep", f"deadlines cannot be judged: {error}", "see the log; deadlines keep running meanwhile")
            self._wake.wait(LONGEST)

    def _rest(self) -> float:
        due = next_due(self.assembly.service)
        if due is None:
            return LONGEST
        seconds = (due - self.assembly.service.now()).total_seconds()
        # What is due and was not judged a moment ago is held: an answer is under way.
        return min(seconds, LONGEST) if seconds > 0 else GATED

    # --- reading ------------------------------------------------------------------------------------------------------

    def _start_watches(self) -> None:
        self._unwatch = threading.Event()
        for box in self.assembly.boxes:
            watch = self._watch(box)
            self._watches[box.settings.name] = watch
            thread = threading.Thread(target=watch.run, name=f"mailbox-{box.settings.name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _watch(self, box: Box) -> Watch:
        trouble = Trouble(box, lambda: self.assembly.service, self._shout, self.nudge)
        connected: list[MailSource] = []

        def each_pass(source: MailSource) -> None:
            service = self.assembly.service
            try:
                if box.read(service, source) or selftest.begin(service, box.settings.name):
                    self._post.nudge()
                if source not in connected:
                    connected[:] = [source]
                    _log.info("mailbox_connected", mailbox=box.settings.name)
            except LeaseLost as error:
                _log.warning("mailbox_lost", mailbox=box.settings.name, error=str(error))
            self.nudge()

        return Watch(
            source_factory=box.source,
            each_pass=each_pass,
            poll_every=box.settings.poll_every,
            on_trouble=trouble.server,
            on_recovered=trouble.recovered,
            jitter=random.random,
            stop=self._unwatch,
            on_error=trouble.ours,
            admit=lambda: self._admit(box),
        )

    def _admit(self, box: Box) -> bool:
        """Whether the mailbox is ours to read; it becomes ours when nobody else reads it."""
        service, name = self.assembly.service, box.settings.name
        if name in service.tenure.fences:
            return True
        if not service.tenure.take(service.store, name, service.now()):
            return False
        selftest.recall(service)
        _log.info("mailbox_taken", mailbox=name)
        return True

    def _lost(self, names: set[str]) -> None:
        for name in names & self._watches.keys():
            self._watches[name].nudge()

    # --- settings and the end -----------------------------------------------------------------------------------------

    def _load_again(self) -> None:
        """HUP: new settings as a whole or not at all."""
        self._reload = False
        if self.path is None:
            return
        try:
            settings = load(self.path)
            changed = reassemble(self.assembly, settings)
        except MailsupportError as error:
            _log.error("settings_not_reloaded", error=str(error))
            self._shout(
                "reload", f"the settings were not reloaded: {error}", "the old ones stay in force; mend the file, send HUP"
            )
            return
        same = [b.settings for b in changed.boxes] == [b.settings for b in self.assembly.boxes]
        if settings.storage.url != self.assembly.settings.storage.url:
            _log.warning("database_not_changed", hint="another [storage] url takes effect when the daemon is started again")
        self._shout.obey(settings.operator_command)
        self.assembly = changed
        self._reloaded(changed)
        if not same:
            self._end_watches()
            tenure = changed.service.tenure
            tenure.give_up(changed.service.store, set(tenure.fences) - {box.settings.name for box in changed.boxes})
            self._start_watches()
        _log.info("settings_reloaded")

    def _end_watches(self) -> None:
        for watch in self._watches.values():
            watch.end()
        end = time.monotonic() + PATIENCE
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        self._watches.clear()
        self._threads.clear()

    def _end(self) -> None:
        self._end_watches()
        if not self._post.stop(PATIENCE):
            _log.warning("ended_while_sending", hint="what was under way counts as unknown and is settled at the next start")
        _log.info("daemon_stopped")


def run(path: Path, once: bool = False) -> int:
    """Run the daemon with the settings at `path`, or one pass of everything; return the exit code."""
    assembly = assemble(load(path))
    _keep_log(assembly)
    try:
        if once:
            return run_once(assembly)
        daemon = Daemon(path, assembly, _keep_log)
        _obey_signals(daemon)
        daemon.run()
        return EXIT_OK
    finally:
        assembly.close()


def _keep_log(assembly: Assembly) -> None:
    journal.begin(assembly.settings, assembly.service.keys)
    assembly.service.store.listener = journal.happened


def run_once(assembly: Assembly) -> int:
    """Take in, judge and send until nothing is due now; 75 when a mailbox could not be read, or the relay takes nothing."""
    shout = Shout(assembly.settings.operator_command)
    with beating(lambda: assembly, shout, lambda _: None, lambda: None):
        code = max(_read_once(assembly, box, shout) for box in assembly.boxes)
        asyncio.run(_send_and_judge(assembly))
    if assembly.service.learned.relay:
        _log.error("mails_wait", relay=assembly.service.learned.relay, hint="the relay took none; they stay in the outbox")
        code = EXIT_TRY_AGAIN
    return code


def _read_once(assembly: Assembly, box: Box, shout: Shout) -> int:
    """Read a mailbox; return the exit code that it asks for."""
    service, name, code = assembly.service, box.settings.name, EXIT_OK
    if not service.tenure.take(service.store, name, service.now()):
        _log.warning("read_elsewhere", mailbox=name, by=service.tenure.elsewhere(service.store, name))
        return EXIT_TRY_AGAIN
    trouble = Trouble(box, lambda: service, shout, lambda: None)
    source = box.source()
    try:
        taken = box.read(service, source)
        selftest.begin(service, name)
        _log.info("mailbox_read", mailbox=name, mails=taken)
    except ServerUnavailable as error:
        trouble.server(error, 1)
        code = EXIT_TRY_AGAIN
    except MailsupportError as error:
        trouble.ours(error)
        code = EXIT_TRY_AGAIN
    finally:
        source.close()
    return code


async def _send_and_judge(assembly: Assembly) -> None:
    try:
        while True:
            swept = sweep(assembly.service)
            tried = await delivery.deliver(assembly.service, assembly.relays)
            if not swept.fired and not swept.lapsed and not tried:
                return
    finally:
        await assembly.relays.close()


def _obey_signals(daemon: Daemon) -> None:
    asked: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        if len(asked) > 1:
            raise SystemExit(128 + number)
        daemon.stop()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGHUP, lambda _number, _frame: daemon.request_reload())
