"""The last resort: when the operator cannot be told by mail, stderr at CRITICAL, and the operator's own command (P6)."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence

import structlog

AGAIN = 3600.0
"""Seconds after which the same trouble is shouted again."""

COMMAND_SECONDS = 30
"""How long the operator's command may take."""

_log = structlog.get_logger("operator")


class Shout:
    """Shouts each trouble once an hour. `command` is the settings' `operator_command`, run without a shell."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._last: dict[str, float] = {}

    def obey(self, command: Sequence[str]) -> None:
        """Run this command from now on."""
        self._command = list(command)

    def __call__(self, key: str, what: str, cure: str) -> None:
        """Shout, unless the same key was shouted within the hour; never raises."""
        if time.monotonic() - self._last.get(key, -AGAIN) < AGAIN:
            return
        self._last[key] = time.monotonic()
        _log.critical("operator_shouted", what=what, cure=cure)
        if not self._command:
            return
        try:
            words = f"{what}\n{cure}\n".encode()
            subprocess.run(self._command, input=words, timeout=COMMAND_SECONDS, check=False, capture_output=True)
        except (OSError, subprocess.SubprocessError) as error:
            _log.critical("operator_command_failed", command=self._command[0], error=str(error))
