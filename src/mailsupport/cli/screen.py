"""How does an answer look? Values as JSON, rows as a table, lines as text.

In: values of `app` and `core`. Out: stdout. Colours and rich tables only on a terminal. Words of strangers stand in every table:
here they are never markup, and they were cleaned of control characters when they came in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from mailsupport.cli.times import rfc3339

GAP = "  "


def plain(value: object) -> Any:
    """Return a value as JSON knows it: dataclasses as objects, instants in RFC 3339."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def show_json(value: object, *, indent: int | None = 2) -> None:
    """Print a value as JSON; ASCII, so that every terminal and pipe can carry it."""
    print(json.dumps(plain(value), indent=indent))


def say(*lines: str) -> None:
    """Print lines of text."""
    for line in lines:
        print(line.rstrip())


def is_terminal() -> bool:
    """Tell whether a person watches."""
    return sys.stdout.isatty()


def mark(state: str) -> str:
    """Return the sign of a state (ok, warning, failed) in its colour where there is one."""
    signs = {"ok": ("✓", "32"), "warning": ("!", "33"), "failed": ("✗", "31")}
    sign, colour = signs[state]
    if not _can_show(sign):
        return {"ok": "ok", "warning": "! ", "failed": "NO"}[state]
    return f"\x1b[{colour}m{sign}\x1b[0m" if is_terminal() else sign


def bold(text: str) -> str:
    """Return a text that stands out on a terminal."""
    return f"\x1b[1m{text}\x1b[0m" if is_terminal() else text


def _can_show(sign: str) -> bool:
    try:
        sign.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, nothing: str) -> None:
    """Print rows under headers, or the word for none: boxed by rich on a terminal, aligned text elsewhere."""
    cells = [[_cell(cell) for cell in row] for row in rows]
    if not cells:
        say(nothing)
    elif is_terminal():
        _print_rich(headers, cells)
    else:
        say(*aligned([list(headers), *cells]))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows with their columns under each other; the last column runs free."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]) - 1)]
    return [GAP.join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in rows]


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def _print_rich(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.console import Console

    Console().print(rich_table(headers, cells))


def rich_table(headers: Sequence[str], cells: Sequence[Sequence[str]], title: str = "") -> Any:
    """Return a rich table whose cells are text, never markup."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        made.add_column(header, overflow="fold", min_width=len(header))
    for row in cells:
        made.add_row(*(Text(cell) for cell in row))
    return made
