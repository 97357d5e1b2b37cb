"""One line of the result, and how the lines are printed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measurement: ours, its limit in the same run, the ratio that counts, and what DESIGN §8 asks of it."""

    work: str
    ours: str
    limit: str
    ratio: float
    target: str
    met: bool


def show(rows: Sequence[Row]) -> None:
    """Print the table, as Markdown that can be pasted."""
    print()
    print("| work | ours | limit in the same run | ratio | target | met |")
    print("|---|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.work} | {row.ours} | {row.limit} | {row.ratio:.2f} | {row.target} | {'yes' if row.met else '**no**'} |")
    if shutil.get_terminal_size().columns < 100:
        print("\n(a wider terminal shows the table in lines)")
