"""What is wrong with the settings, where, and what would mend it: collects problems so that all are told at once.

In: paths of keys, such as ("mailbox", 0, "port"), and words. Out: `errors.Problem`s with file and line.
Rule for editing here: a problem never shows a value, since a value may be a secret put into the wrong place; a validator
that shows one (a duration, an address) decides so itself in the `Wrong` it raises.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mailsupport.errors import Problem, SettingsError

KeyPath = tuple[str | int, ...]
"""Where a value stands in the settings: table names, keys, and positions in lists."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Wrong(ValueError):
    """A value cannot be used: `what` is wrong with it and the `cure`."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what} ({cure})")
        self.what = what
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a settings file, counted from 1."""

    file: str
    line: int


@dataclass
class Report:
    """The problems found so far, and the places of all keys read so far."""

    file: str
    places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)

    def add(self, path: KeyPath, what: str, cure: str = "") -> None:
        """Note a problem; the first one about a key stays, later ones are its echo."""
        if path not in self.places and isinstance(path[-1], int) and path[:-1] in self.places:
            path = path[:-1]  # a single text that stands for a list
        key = shown(path)
        place = self.place(path)
        line, file = (place.line, place.file) if place else (None, self.file)
        self.problems.setdefault(key, Problem(key, what, cure, line, file))

    def add_of_file(self, path: Path, what: str, cure: str, line: int | None = None) -> None:
        """Note a problem of a whole file, which has no key; the first one stays."""
        self.problems.setdefault(str(path), Problem("", what, cure, line, str(path)))

    def add_wrong(self, path: KeyPath, wrong: Wrong) -> None:
        """Note what a validator said."""
        self.add(path, wrong.what, wrong.cure)

    def spoiled(self, path: KeyPath) -> bool:
        """Tell whether something at or inside that key is wrong already, so that what seems to be missing may be an echo."""
        key = shown(path)
        return any(found == key or found.startswith((key + ".", key + "[")) for found in self.problems)

    def place(self, path: KeyPath) -> Place | None:
        """Return where that key stands, or the nearest table around it that is written down."""
        for length in range(len(path), 0, -1):
            if (place := self.places.get(path[:length])) is not None:
                return place
        return None

    def raise_if_any(self) -> None:
        """Raise SettingsError with every problem, in the order of the files' lines, if there is one."""
        if self.problems:
            raise SettingsError(sorted(self.problems.values(), key=lambda p: (p.file != self.file, p.file, p.line or 0)))


def shown(path: KeyPath) -> str:
    """Return a path as a person writes it: `mailbox[0].port`, quoting a key that TOML would have quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else f'"{part}"')
    return text or "(the file)"


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word that is most like this one, or ""."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the cure for an unknown word: the nearest match, else the words there are."""
    names = sorted(known)
    if match := nearest(word, names):
        return f'did you mean "{match}"?'
    return f"known: {', '.join(names)}" if names else "there is none yet"


# --- what pydantic says, in our words -------------------------------------------------------------------------------

_TYPES = {
    "string_type": ("must be text", 'write it in quotes: "…"'),
    "int_type": ("must be a whole number", "write it without quotes"),
    "bool_type": ("must be true or false", "write true or false without quotes"),
    "tuple_type": ("must be a list", 'write it in brackets: ["…"]'),
    "list_type": ("must be a list", 'write it in brackets: ["…"]'),
    "dict_type": ("must be a table", "write it in braces: { name = value }"),
}
_OTHERS = {
    "int_parsing": "must be a whole number",
    "int_parsing_size": "is too large a number",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "too_short": "is empty",
    "too_long": "has more than {max_length} entries",
}


def own_words(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value, of one pydantic error, without its own words."""
    kind = error["type"]
    return _TYPES[kind][0] if kind in _TYPES else _OTHERS.get(kind, "cannot be used").format(**error.get("ctx", {}))


def explain(error: Mapping[str, Any], known: Iterable[str], example: str) -> tuple[str, str] | None:
    """Return what and cure of one pydantic error; None for an echo of another one.

    `known` are the keys of the table it happened in, `example` a value for the key as TOML.
    """
    kind, context = error["type"], error.get("ctx", {})
    name = str(error["loc"][-1]) if error["loc"] else ""
    if kind == "default_factory_not_called":
        return None
    if kind == "extra_forbidden":
        return "unknown key", suggestion(name, known)
    if kind == "missing":
        return "is missing", f"add {name} = {example}"
    if kind == "value_error":
        wrong = context["error"]
        return (wrong.what, wrong.cure) if isinstance(wrong, Wrong) else ("cannot be used", f"for example {example}")
    if kind in ("literal_error", "enum"):
        return _not_one_of(error["input"], str(context["expected"]))
    return _TYPES.get(kind) or (own_words(error), f"for example {example}")


def _not_one_of(value: object, expected: str) -> tuple[str, str]:
    """Explain a word that is none of the allowed ones, which pydantic lists in single quotes."""
    allowed = re.findall(r"'([^']*)'", expected)
    words = " | ".join(f'"{word}"' for word in allowed)
    near = nearest(value, allowed) if isinstance(value, str) else ""
    return f"must be one of {words}", f'did you mean "{near}"?' if near else "choose one of them"
