"""What do the servers on the way claim of this mail? Reads Authentication-Results (RFC 8601 §2.2) and Received (RFC 5321 §4.4).

In: the unfolded text of the fields, from the top. Out: claims, trusted or not; `core.judging.standing` judges them.

For editing here: power hangs on these values, so read by tokens, never by searching for "dmarc=pass": a quoted local part, a
comment or a comment in a comment may hold those very words. What does not end where it must (quote, comment) makes the rest
of its field worthless: it is dropped, never repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailsupport.core.model import AuthenticationResult, Hop

RESULT_LIMIT = 100
"""Results kept of one mail, and hops."""

_TOKEN = re.compile(r'(?P<space>\s+)|(?P<quoted>"(?:[^"\\]|\\.)*+")|(?P<sign>[;=(])|(?P<word>[^\s;="()]+)', re.DOTALL)
_COMMENT = re.compile(r"[()]|\\.", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_METHOD = re.compile(r"([a-z0-9][a-z0-9_-]*)(?:/\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word (quotes undone) or a sign; `glued` says that nothing stands between it and the token before."""

    text: str
    is_sign: bool
    glued: bool


def read_results(fields: Sequence[tuple[str, str]]) -> tuple[AuthenticationResult, ...]:
    """Return what every Authentication-Results field claims; `fields` are (lower-case name, text) of the whole header."""
    found: list[AuthenticationResult] = []
    below = 0
    for name, text in fields:
        if name == "received":
            below += 1
        elif name == "authentication-results" and len(found) < RESULT_LIMIT:
            found += _results_of(text, below)
    return tuple(found[:RESULT_LIMIT])


def read_hops(fields: Sequence[tuple[str, str]]) -> tuple[Hop, ...]:
    """Return the hosts that each Received field names, from the top."""
    received = [text for name, text in fields if name == "received"]
    return tuple(_hop(text) for text in received[:RESULT_LIMIT])


def _hop(text: str) -> Hop:
    words: list[str] = []
    for token in _tokens(text):
        if token.text == ";" and token.is_sign:
            break
        words.append(token.text.lower())
    sender = words[1] if len(words) > 1 and words[0] == "from" else ""
    start = 2 if sender else 0
    by = words.index("by", start) + 1 if "by" in words[start:] else len(words)
    return Hop(sender.strip("[]"), words[by].strip("[]") if by < len(words) else "")


def _results_of(text: str, below: int) -> list[AuthenticationResult]:
    sections: list[list[_Token]] = [[]]
    for token in _tokens(text):
        if token.is_sign and token.text == ";":
            sections.append([])
        else:
            sections[-1].append(token)
    if not sections[0] or sections[0][0].is_sign:
        return []
    authserv_id = sections[0][0].text.lower()
    results = (_result(section, authserv_id, below) for section in sections[1:])
    return [result for result in results if result is not None]


def _result(section: list[_Token], authserv_id: str, below: int) -> AuthenticationResult | None:
    """Read `method=result reason=… ptype.property=value …`; None for "none" and for what is no result."""
    pairs = _pairs(section)
    if not pairs:
        return None
    method = _METHOD.fullmatch(pairs[0][0])
    if method is None or not pairs[0][1]:
        return None
    properties: dict[str, str] = {}
    for key, value in pairs[1:]:
        if "." in key:
            properties.setdefault(key.lower(), value.lower())
    return AuthenticationResult(authserv_id, method[1].lower(), pairs[0][1].lower(), properties, below)


def _pairs(section: list[_Token]) -> list[tuple[str, str]]:
    """Return key and value around each "="; a value goes on while its tokens are glued together."""
    pairs: list[tuple[str, str]] = []
    key = ""
    place = 0
    while place < len(section):
        token = section[place]
        place += 1
        if not token.is_sign:
            key = token.text
            continue
        value = ""
        while place < len(section) and (not value or section[place].glued):
            value += section[place].text
            place += 1
        pairs.append((key, value))
        key = ""
    return pairs


def _tokens(text: str) -> Iterator[_Token]:
    """Yield the tokens of a structured field without its comments (RFC 5322 §3.2.2), until something does not end."""
    position, glued = 0, False
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            return
        position = found.end()
        if found["sign"] == "(":
            position = _comment_end(text, position)
            glued = False
        elif found["space"]:
            glued = False
        else:
            quoted = found["quoted"]
            yield _Token(_ESCAPED.sub(r"\1", quoted[1:-1]) if quoted else found[0], bool(found["sign"]), glued)
            glued = True


def _comment_end(text: str, start: int) -> int:
    depth = 1
    for found in _COMMENT.finditer(text, start):
        depth += 1 if found[0] == "(" else -1 if found[0] == ")" else 0
        if depth == 0:
            return found.end()
    return len(text)
