"""How is a value written in TOML? For the sample, the reference page, cures and the file that `mailsupport init` writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def literal(value: object) -> str:
    """Return a text, number, bool, date, list or table as TOML on one line."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{key(str(name))} = {literal(item)}" for name, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(item) for item in value)}]"
    return str(value)


def text(value: str) -> str:
    """Return a text as a basic string; JSON's escapes are TOML's but for DEL, which TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """Return a key, quoted where TOML wants it."""
    return name if _BARE.fullmatch(name) else text(name)
