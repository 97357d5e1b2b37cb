"""Which files of words stand beside the templates, in which language, and what is in them?

In: a file's name, and the site's folder of templates if it has one. Out: files, the site's before ours, and their tables. A
language is a folder; a file in none is English. For editing here: a text is parsed once, however often it is read; whoever gets
a table changes nothing in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from mailsupport.resources import shipped


def files(name: str, site_dir: Path | None) -> Iterator[tuple[str, Path]]:
    """Return every file of that name with its language, the site's first."""
    for root in (site_dir, shipped("templates")):
        if root is not None and root.is_dir():
            for file in sorted(root.rglob(name)):
                yield (file.parent.name if file.parent != root else "en"), file


def table(file: Path) -> Mapping[str, Any]:
    """Return what a file says. Raises OSError, and ValueError for what is no TOML."""
    return _parsed(file.read_text(encoding="utf-8"))


def table_or_nothing(file: Path) -> Mapping[str, Any]:
    """Return what a file says; nothing when it cannot be read, which `mailsupport check` tells."""
    try:
        return table(file)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=64)
def _parsed(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("brackets are nested too deep") from error
