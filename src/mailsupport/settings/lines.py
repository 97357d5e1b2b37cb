"""On which line does each key of a TOML text stand? tomllib does not tell, and an error without a line sends people searching.

In: a text that tomllib has already accepted. Out: a map from key path, with positions for lists and arrays of tables, to
the line counted from 1. Rule for editing here: the grammar is judged by tomllib alone; this reader only walks over it, and
gives up quietly (fewer lines known) where it does not understand.
"""

from __future__ import annotations

import bisect
import re
import tomllib

from mailsupport.settings.problems import KeyPath

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line of each key, table and list item of a well-formed TOML text."""
    reader = _Reader(text)
    try:
        reader.document()
    except (_Lost, RecursionError, tomllib.TOMLDecodeError):
        pass
    return reader.lines


class _Lost(Exception):
    """The reader does not understand what stands here."""


class _Reader:
    """Walks once over the text; `at` is the position, `prefix` the table whose keys are being read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self._prefix: KeyPath = ()
        self._last: dict[KeyPath, int] = {}
        self._breaks = [match.start() for match in re.finditer("\n", text)]

    def document(self) -> None:
        """Read every statement."""
        self._skip(_BLANK)
        while self.at < len(self.text):
            self._statement()
            self._skip(_BLANK)

    def _statement(self) -> None:
        if self.text.startswith("[[", self.at):
            self._array_header()
        elif self.text.startswith("[", self.at):
            self._table_header()
        else:
            self._pair(self._prefix)

    def _table_header(self) -> None:
        start = self.at
        self.at += 1
        self._prefix = self._inside(self._keys())
        self._expect("]")
        for length in range(len(self._prefix)):
            self._note(self._prefix[: length + 1], start)

    def _array_header(self) -> None:
        start = self.at
        self.at += 2
        *parents, name = self._keys()
        table = (*self._inside(parents), name)
        self._last[table] = self._last.get(table, -1) + 1
        self._prefix = (*table, self._last[table])
        self._expect("]]")
        self._note(table, start)
        self._note(self._prefix, start)

    def _inside(self, keys: list[str]) -> KeyPath:
        """Return the path those keys mean: a name of an array of tables means its newest table."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._last:
                path = (*path, self._last[path])
        return path

    def _pair(self, prefix: KeyPath) -> None:
        """Read `a.b = value`."""
        start = self.at
        path = prefix
        for key in self._keys():
            path = (*path, key)
            self._note(path, start)
        self._expect("=")
        self._skip(_SPACE)
        self._value(path)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_SPACE)
            keys.append(_unquoted(self._take(_KEY)))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def _value(self, path: KeyPath) -> None:
        first = self.text[self.at : self.at + 1]
        if first == "[":
            self._list(path)
        elif first == "{":
            self._inline_table(path)
        else:
            self._take(_STRING if first in "\"'" else _SCALAR)

    def _list(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while not self._closed_by("]"):
            self._note((*path, index), self.at)
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while not self._closed_by("}"):
            self._pair(path)

    def _closed_by(self, bracket: str) -> bool:
        """Skip blanks and a comma; tell whether the bracket comes, and step over it."""
        self._skip(_BLANK)
        if self.text.startswith(",", self.at):
            self.at += 1
            self._skip(_BLANK)
        closed = self.text.startswith(bracket, self.at)
        self.at += len(bracket) if closed else 0
        return closed

    def _expect(self, text: str) -> None:
        self._skip(_SPACE)
        if not self.text.startswith(text, self.at):
            raise _Lost
        self.at += len(text)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if not match or match.end() == self.at:
            raise _Lost
        self.at = match.end()
        return match[0]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _note(self, path: KeyPath, start: int) -> None:
        self.lines.setdefault(path, bisect.bisect_left(self._breaks, start) + 1)


def _unquoted(key: str) -> str:
    """Return a key without its quotes and escapes."""
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key
