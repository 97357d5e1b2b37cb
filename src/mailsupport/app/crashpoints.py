"""The named places where a crash is put to the test: between the steps that must not be torn apart.

`reach(name)` does nothing, unless the environment variable MAILSUPPORT_CRASH_AT names that point: then the process kills
itself there with SIGKILL, as the power cut would. "intake.commit:3" dies at the third time. Several points are separated by
commas. A point is added here and reached at one place; the tests go through every point and every pair.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "tenure.begun",
    "tenure.taken",
    "intake.started",
    "intake.listed",
    "intake.fetched",
    "intake.begun",
    "intake.read",
    "intake.stored",
    "intake.adopted",
    "selftest.arrived",
    "act.ticket",
    "act.outbox",
    "intake.before_commit",
    "intake.committed",
    "intake.settled",
    "intake.pass_noted",
    "intake.noted",
    "selftest.queued",
    "reconcile.told",
    "reconcile.before_commit",
    "quarantine.before_commit",
    "sweep.lapsed",
    "sweep.fired",
    "sweep.before_commit",
    "sweep.committed",
    "digest.before_commit",
    "digest.committed",
    "deliver.claimed",
    "deliver.handed_over",
    "deliver.before_commit",
    "deliver.recorded",
)

_countdown: dict[str, int] = {}


def arm(asked: str) -> None:
    """Set where to die, as the environment variable does at the start: names, each with an optional `:count`, or ""."""
    _countdown.clear()
    for one in filter(None, asked.split(",")):
        name, _, count = one.partition(":")
        _countdown[name] = int(count or "1")


def reach(name: str) -> None:
    """Die here, when that was asked for."""
    if name in _countdown:
        _countdown[name] -= 1
        if _countdown[name] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get("MAILSUPPORT_CRASH_AT", ""))
