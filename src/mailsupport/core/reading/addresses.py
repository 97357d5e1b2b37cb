"""Whose mailboxes does this field name? An own, linear reader of RFC 5322 §3.4 with the obsolete forms of §4.4.

In: the unfolded text of a From, To or Cc field, encoded words still encoded (so that an encoded comma is no comma).
Out: `Address` values in order; names unquoted but still encoded, addresses as written.

For editing here: one pass over tokens, no look-back, no nesting by recursion; whatever cannot be read is left out, never
raised. `strict_mailbox` is the other half: it accepts one mailbox in its modern form and nothing else, and what it refuses
may be shown but never believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mailsupport.core.model import Address

LIMIT = 2_000
"""Addresses read out of one field."""
LENGTH_LIMIT = 320
"""RFC 5321 §4.5.3.1: 64 octets, "@", 255 octets."""

_PLAIN = r"""(?P<special>[()<>,;:"])|(?P<space>\s+)|(?P<atom>(?:[^\s()<>,;:"\\]|\\.?)++)"""
_TOKEN = re.compile(r"""(?P<quoted>"(?:[^"\\]|\\.)*+")|""" + _PLAIN, re.DOTALL)
_TOKEN_UNQUOTED = re.compile(_PLAIN, re.DOTALL)
_PAREN = re.compile(r"[()]|\\.", re.DOTALL)
_AROUND_SIGNS = re.compile(r"(?<!\s)\s*+([@.])\s*+")
_QUOTE_SIGNS = re.compile(r'\\(.)|"', re.DOTALL)
_SPACE = re.compile(r"\s+")

_ATEXT = r"[\w!#$%&'*+/=?^`{|}~-]"
_DOT_ATOM = rf"{_ATEXT}++(?:\.{_ATEXT}++)*+"
_ADDRESS = rf"(?P<address>{_DOT_ATOM}@(?:[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)*+))"
_WORD = rf"""(?:{_ATEXT}|[.]|[^\x00-\x7f])++|"(?:[^"\\\r\n]|\\[^\r\n])*+\""""
_STRICT = re.compile(rf"\s*+(?:{_ADDRESS}|(?P<name>(?:(?:{_WORD})\s*+)*+)<{_ADDRESS.replace('address', 'angled')}>)\s*+")


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Return the mailboxes of an address field, groups flattened; at most 2,000."""
    reader = _Reader()
    position = 0
    while position < len(text) and len(reader.found) < LIMIT:
        token = (_TOKEN_UNQUOTED if reader.quotes_broken else _TOKEN).match(text, position)
        if token is None:
            break
        position = reader.take(token.lastgroup or "", token[0], text, token.end())
    reader.emit()
    return reader.result()


def strict_mailbox(text: str) -> Address | None:
    """Return the mailbox when the text is exactly one in modern form: no comment, group, route or stray word; else None."""
    found = _STRICT.fullmatch(text)
    if found is None:
        return None
    address = found["address"] or found["angled"]
    return Address(_unquoted(found["name"] or ""), address) if address.isascii() and "=?" not in address else None


@dataclass(slots=True)
class _Reader:
    """What was read of the item under way (phrase, angle, comment), and what is finished.

    `pending` is a name that waits for its address, `remark` the comment beside it.
    """

    found: list[Address] = field(default_factory=list)
    phrase: list[str] = field(default_factory=list)
    comment: str = ""
    angle: list[str] | None = None
    angled: str | None = None
    pending: str = ""
    remark: str = ""
    quotes_broken: bool = False

    def take(self, kind: str, token: str, text: str, end: int) -> int:
        """Read one token; returns where to go on."""
        if token == '"':
            self.quotes_broken = True  # nothing closes it, so no later one is closed either: look no further ahead
        elif kind == "special":
            return self._special(token, text, end)
        elif self.angle is not None:
            if self.angle or kind != "space":
                self.angle.append(token)
        else:
            self.phrase.append(token)
        return end

    def _special(self, token: str, text: str, end: int) -> int:
        if token == "(":
            return self._read_comment(text, end)
        if token == "<":
            self.angle = [] if self.angled is None else self.angle
        elif token == ">":
            self._close_angle()
        elif token == ":":
            self._colon()
        elif token in ",;":
            self._separator(token)
        return end

    def _read_comment(self, text: str, start: int) -> int:
        """Skip a comment with its nested ones (RFC 5322 §3.2.2); an unclosed one ends with the text."""
        depth, end = 1, len(text)
        for found in _PAREN.finditer(text, start):
            depth += {"(": 1, ")": -1}.get(found[0], 0)
            if depth == 0:
                end = found.end()
                break
        self.comment = self.comment or text[start : end - (depth == 0)].strip()
        if self.angle is None:
            self.phrase.append(" ")
        return end

    def _close_angle(self) -> None:
        if self.angle is not None:
            self.angled, self.angle = "".join(self.angle), None

    def _colon(self) -> None:
        if self.angle is not None:
            self.angle.append(":")
        else:  # a group's name, or "mailto": what stands before it is no mailbox
            self.phrase.clear()
            self.pending = ""

    def _separator(self, token: str) -> None:
        if self.angle and self.angle[0].startswith("@"):
            self.angle.append(token)  # a source route: <@a,@b:c@d> (RFC 5322 §4.4)
        else:
            self._close_angle()
            self.emit(comma=token == ",")

    def emit(self, comma: bool = False) -> None:
        """Finish the item under way."""
        self._close_angle()
        phrase = "".join(self.phrase).strip()
        if self.angled is not None:
            self._add(_joined(self.pending, _unquoted(phrase)) or _unquoted(self.comment), _without_route(self.angled))
        elif "@" in phrase:
            self._add_bare(phrase)
        else:
            self.pending = _joined(self.pending, _unquoted(phrase)) if comma else self.pending or _unquoted(phrase)
            self.remark = self.remark or self.comment
            self.phrase, self.comment, self.angled = [], "", None
            return
        self.phrase, self.comment, self.angled, self.pending = [], "", None, ""

    def _add_bare(self, phrase: str) -> None:
        """An address without angles: the whole of it, or the one word of it that has an "@"."""
        phrase = _AROUND_SIGNS.sub(r"\1", phrase)
        if not _SPACE.search(phrase) or phrase.startswith('"'):
            self._add(_unquoted(self.comment), phrase)
            return
        words = phrase.split()
        place = next(n for n, word in enumerate(words) if "@" in word)
        self._add(_unquoted(" ".join(words[:place] + words[place + 1 :])), words[place])

    def _add(self, name: str, email: str) -> None:
        email = email.strip()
        if len(email) <= LENGTH_LIMIT and (email or name):
            self.found.append(Address(name, email))

    def result(self) -> tuple[Address, ...]:
        """What was found; a field that names nobody by address gives the words it has as a name."""
        if not self.found and self.pending:
            name = _unquoted(self.remark)
            return (Address(name, self.pending) if " " not in self.pending else Address(self.pending, ""),)
        return tuple(self.found)


def _joined(before: str, name: str) -> str:
    """`Doe, John <j@x>` without quotes is one person, not two."""
    return f"{before}, {name}" if before and name and len(before) < 200 else name or before


def _without_route(angled: str) -> str:
    text = angled.strip()
    text = text.rpartition(":")[2] if text.startswith("@") else text.removeprefix("mailto:")
    return text if text.startswith('"') else _SPACE.sub("", text)


def _unquoted(phrase: str) -> str:
    """Return a display name without its quotes and escapes."""
    phrase = _SPACE.sub(" ", phrase).strip()
    if '"' in phrase or "\\" in phrase:
        phrase = _QUOTE_SIGNS.sub(r"\1", phrase).strip()
    if len(phrase) > 1 and phrase[0] == phrase[-1] == "'":
        phrase = phrase[1:-1]
    return phrase
