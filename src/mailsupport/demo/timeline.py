"""What the terminal shows: one line a happening with the seconds since the start, and below them what is waited for.

Without a terminal the lines are plain, one a happening, and nothing moves. May be called from any thread.
"""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.status import Status
from rich.table import Table
from rich.text import Text

US = "mailsupport"
_WIDEST = 13
"""Characters of the longest name."""


class Timeline:
    """The lines of the demo; a context in which the last line of a terminal is alive."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._status = Status(_Waiting(self), console=console, spinner="dots" if console.encoding.startswith("utf") else "line")
        self.waiting_for = ""

    def __enter__(self) -> Timeline:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._status.stop()

    @property
    def seconds(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    def waits(self, what: str) -> None:
        """Show what is waited for, until something else is."""
        self.waiting_for = what

    def says(self, who: str, what: str, style: str = "") -> None:
        """Add a line: who did what, now."""
        at = f"{self.seconds:5.1f} s"
        if not self._console.is_terminal:
            self._console.print(f"{at}  {who:<{_WIDEST}}  {what}", soft_wrap=True, highlight=False, markup=False)
            return
        line = Table.grid(padding=(0, 2, 0, 0))
        line.add_column(width=7)
        line.add_column(width=_WIDEST)
        line.add_column()
        line.add_row(Text(at, "dim"), Text(who, style or "bold blue"), Text(what, "bold red" if style == ALARM else ""))
        self._console.print(line)

    def heading(self, words: str) -> None:
        """Add a line without a time, and room around it."""
        self._console.print(Text(f"\n{words}\n", "bold"), soft_wrap=not self._console.is_terminal)

    def plain(self, words: str = "", style: str = "") -> None:
        """Add words as they are, never broken: what is to be copied stays whole."""
        self._console.print(Text(words, style), soft_wrap=True)

    def sheet(self, title: str, text: str) -> None:
        """Show a mail as a sheet of paper."""
        body: RenderableType = Text(text)
        self._console.print()
        self._console.print(Panel(body, title=Text(title, "bold"), title_align="left", padding=(1, 2), border_style="yellow"))


ALARM = "bold red"
CUSTOMER, STAFF, CONTACT = "cyan", "green", "yellow"


class _Waiting:
    """What is waited for, drawn anew with each frame."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    def __rich__(self) -> Text:
        return Text(f"{self._timeline.seconds:.0f} s  {self._timeline.waiting_for}", "dim")
