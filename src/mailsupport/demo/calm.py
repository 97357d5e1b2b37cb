"""Ctrl-C at the right moments: it interrupts the story, and waits while servers and daemon start and end.

Threads and processes begun meanwhile inherit that SIGINT is not for them, so that only the story is interrupted, and no library
prints a traceback. Nothing is lost: what was pressed meanwhile counts as soon as it may.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

_CTRL_C = {signal.SIGINT}


@contextmanager
def calm() -> Iterator[None]:
    """Have SIGINT wait; raises KeyboardInterrupt at the end when it came meanwhile."""
    # Python 3.11 and 3.12 unblock SIGINT when they start this process; so it is started before.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _CTRL_C)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def interruptible() -> Iterator[None]:
    """Within `calm`: let SIGINT raise KeyboardInterrupt here; one that Python lost (while it freed an object, say) counts too."""
    pressed: list[int] = []

    def press(signum: int, frame: FrameType | None) -> None:
        pressed.append(signum)
        signal.default_int_handler(signum, frame)

    usual = signal.signal(signal.SIGINT, press)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _CTRL_C)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, _CTRL_C)
        signal.signal(signal.SIGINT, usual)
    if pressed:
        raise KeyboardInterrupt
