"""The heartbeat: says every few seconds that this daemon lives, and looks for what others left behind.

A thread of its own, for whatever else hangs must not make us look dead. Comes in: the assembly. Goes out: calls, from this
thread: `lost` with the mailboxes that another daemon has taken over, `found` when mails of a dead daemon were taken up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from mailsupport.app.deliver import recover_orphans
from mailsupport.app.tenure import BEATS
from mailsupport.daemon.assembly import Assembly
from mailsupport.daemon.shout import Shout
from mailsupport.errors import MailsupportError

SKEW_SECONDS = 5.0
"""A difference between our clock and the database's beyond this is shouted: deadlines are judged by ours."""

_log = structlog.get_logger("heartbeat")


@contextmanager
def beating(
    current: Callable[[], Assembly], shout: Shout, lost: Callable[[set[str]], None], found: Callable[[], None]
) -> Iterator[None]:
    """Begin our tenure, beat while the block runs, and take our leave. Raises SettingsError, StorageError at the beginning."""
    service = current().service
    service.tenure.begin(service.store, service.now(), service.keys)
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(current, shout, lost, found, stop), name="heartbeat", daemon=True)
    try:
        if taken_up := recover_orphans(service):
            _log.info("mails_taken_up", mails=taken_up, hint="they were being sent when a daemon stopped")
        thread.start()
        yield
    finally:
        stop.set()
        if thread.ident is not None:
            thread.join(service.tenure.seconds)
        _leave(current())


def _beat(
    current: Callable[[], Assembly],
    shout: Shout,
    lost: Callable[[set[str]], None],
    found: Callable[[], None],
    stop: threading.Event,
) -> None:
    while not stop.wait(current().service.tenure.seconds / BEATS):
        service = current().service
        try:
            gone = service.tenure.beat(service.store, service.now())
            if gone:
                _log.warning("mailboxes_lost", mailboxes=sorted(gone))
                lost(gone)
            if service.tenure.shared and recover_orphans(service):
                found()
            if abs(service.tenure.ahead) > SKEW_SECONDS:
                what = f"the clock of this machine is {service.tenure.ahead:+.0f} seconds off that of the database server"
                shout("clock", what, "let both be set by NTP: deadlines are judged by the clock of the machine that judges")
        except MailsupportError as error:
            _log.error("heartbeat_failed", error=str(error))
        except Exception:  # P12: a heart that stops for a mistake of ours would cost us every mailbox.
            _log.exception("heartbeat_failed")


def _leave(assembly: Assembly) -> None:
    try:
        assembly.service.tenure.end(assembly.service.store)
    except MailsupportError as error:
        _log.warning("leave_not_taken", error=str(error), hint="others wait for the end of our lease")
