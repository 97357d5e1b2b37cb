"""Where are the header fields in these bytes? Cuts one header block into fields, as mail really looks.

In: the raw bytes and where a block starts. Out: `Field`s (name lower case, value unfolded but not decoded) and where the
body starts. Values are bytes: nobody knows yet which charset raw 8-bit bytes are in.

For editing here: one pass over lines; caps are named below and only the whole-mail ones raise. Line ends may be CR LF, LF,
CR or a mixture; a value never holds one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mailsupport.errors import UnreadableMail

BLOCK_LIMIT = 256 * 1024
"""Bytes of one header block; Postfix cuts at 100 KB, Exim at 1 MB."""
FIELD_LIMIT = 16 * 1024
"""Bytes kept of one field; longer ones are cut and noted."""
COUNT_LIMIT = 1_000
"""Fields of one header block."""
_LOOK_AHEAD = 20
"""Lines looked at behind a line that is no field, before the body is believed to start there."""

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|received|return-path|reply-to|message-id|in-reply-to|references|mime-version|sender"
    rb"|delivered-to|content-(?:type|transfer-encoding|disposition)|list-[a-z-]+|x-[\w-]+)[ \t]*:",
    re.IGNORECASE,
)
_MBOX_FROM = re.compile(rb">?From (?![ \t]*:)[^\r\n]*\r?\n")
"""Not "From :": that is a field in its old form (RFC 5322 §4.5.2), which other readers believe."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK_START = re.compile(rb"(?:[ \t]*\r?\n)+")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: lower-case name, unfolded raw value."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """A header block: its fields, where its body starts, whether a field was cut."""

    fields: tuple[Field, ...]
    body: int
    cut: bool = False

    def get(self, name: str) -> bytes:
        """Return the value of the first field of that name, or b""."""
        return next((field.value for field in self.fields if field.name == name), b"")


def start_of_headers(raw: bytes) -> int:
    """Return where the header block starts: behind a byte order mark, an mbox "From " line, blank lines of a gateway."""
    start = len(_BYTE_ORDER_MARK) if raw.startswith(_BYTE_ORDER_MARK) else 0
    mbox = _MBOX_FROM.match(raw, start)
    start = mbox.end() if mbox else start
    blank = _BLANK_START.match(raw, start)
    return blank.end() if blank and _KNOWN.match(raw, blank.end()) else start


def read_block(raw: bytes, start: int, stop: Mapping[bytes, object] | None = None, lenient: bool = False) -> Block:
    """Read the header block at `start`; it ends at a blank line, a line that is no field, or a delimiter named in `stop`.

    `lenient` reads on behind a stray line when a known field follows soon (a wrapped line that lost its indent). Raises
    UnreadableMail when the block is over a cap.
    """
    reader = _Block(raw, start, stop or {}, lenient)
    while reader.take_line():
        pass
    return reader.result()


class _Block:
    """The block under way."""

    def __init__(self, raw: bytes, start: int, stop: Mapping[bytes, object], lenient: bool) -> None:
        self.raw, self.start, self.position = raw, start, start
        self.stop, self.lenient = stop, lenient
        self.found: list[tuple[bytes, list[bytes]]] = []
        self.room = 0
        self.cut = False

    def take_line(self) -> bool:
        """Read one line; False when the block has ended (`position` is then where the body starts)."""
        raw, start = self.raw, self.position
        if start >= len(raw):
            return False
        end = raw.find(b"\n", start)
        after = len(raw) if end < 0 else end + 1
        line = raw[start : min(after, start + BLOCK_LIMIT + 1)].rstrip(b"\r\n")
        if after - self.start > BLOCK_LIMIT:
            raise UnreadableMail(f"a header block is longer than {BLOCK_LIMIT // 1024} KB", "read the raw mail")
        if not line:
            self.position = after
            return False
        if not all(self._take(piece) for piece in line.split(b"\r") if piece):
            return False
        self.position = after
        return True

    def _take(self, line: bytes) -> bool:
        if line[0] in b" \t":
            self._continue(line)
            return True
        if line.startswith(b"--") and _is_delimiter(line, self.stop):
            return False
        field = _FIELD.match(line)
        if field is not None:
            self._begin(field[1].lower(), line[field.end() :])
            return True
        if self.lenient and self.found and self._known_follows():
            self._continue(b" " + line)
            return True
        return False

    def _begin(self, name: bytes, value: bytes) -> None:
        if len(self.found) >= COUNT_LIMIT:
            raise UnreadableMail(f"a header block has more than {COUNT_LIMIT} fields", "read the raw mail")
        self.found.append((name, []))
        self.room = FIELD_LIMIT
        self._continue(value)

    def _continue(self, piece: bytes) -> None:
        """Unfold: the line end goes, the white space behind it stays (RFC 5322 §2.2.3)."""
        if not self.found:
            return
        if len(piece) > self.room:
            self.cut, piece = True, piece[: self.room]
        self.room -= len(piece)
        self.found[-1][1].append(piece)

    def _known_follows(self) -> bool:
        """Whether a well-known field comes before the next blank line, within a few lines."""
        position = self.raw.find(b"\n", self.position) + 1
        for _ in range(_LOOK_AHEAD):
            if not position or position >= len(self.raw) or self.raw[position] in b"\r\n":
                return False
            if _KNOWN.match(self.raw, position):
                return True
            position = self.raw.find(b"\n", position) + 1
        return False

    def result(self) -> Block:
        fields = tuple(Field(name.decode("ascii"), b"".join(pieces).strip(b" \t")) for name, pieces in self.found)
        return Block(fields, self.position, self.cut)


def _is_delimiter(line: bytes, stop: Mapping[bytes, object]) -> bool:
    name = line[2:].rstrip()
    return name in stop or (name.endswith(b"--") and name[:-2] in stop)
