"""The one place that wires adapters, scheduler, signals and the real clock.

`assemble` makes the parts out of the settings; `Daemon` in `life` runs them; `run` is what the command calls.
"""

from __future__ import annotations

from mailsupport.daemon.assembly import Assembly, assemble
from mailsupport.daemon.life import run

__all__ = ["Assembly", "assemble", "run"]
