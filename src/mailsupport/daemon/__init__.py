"""The one place that wires adapters, scheduler, signals and the real clock.

`assembly.assemble` makes the parts out of the settings; `life.Daemon` runs them; `run` is what the command calls. Nothing is
imported on top, so that a verb which only asks for the time (`clock`) starts without the whole house.
"""

from __future__ import annotations

from pathlib import Path


def run(path: Path, once: bool = False) -> int:
    """Run the daemon with the settings at `path`, or one pass of everything; return the exit code."""
    from mailsupport.daemon import life

    return life.run(path, once)
