"""What does this header field say? Encoded words (RFC 2047), raw 8-bit bytes, parameters (RFC 2045 §5.1, RFC 2231).

In: the raw value of a field. Out: text, not yet cleaned (`core.reading.clean` does that); parameters by lower-case name.

For editing here: linear scanning only, no pattern that can look at a character twice for each start; broken forms that real
programs write are read as they were meant, and what cannot be read stays as it stands.
"""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from mailsupport.mail.charsets import codec_of, decode
from mailsupport.mail.transfer import from_base64

PARAMETER_LIMIT = 100
"""Parameters read of one field."""

_WORD_START = re.compile(r"=\?([^?\s=*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?")
_ONLY_SPACE = re.compile(r"\s*")
_PARAMETER_NAME = re.compile(r"\s*([^\s=;\"]+)\s*=\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ESCAPED = re.compile(r"\\([\\\"])")
"""Programs escape these two (RFC 5322 §3.2.4 allows any); before another sign stands the backslash of a folder of theirs."""
_CONTINUED = re.compile(r"(.+?)\*(\d{1,3})(\*?)$")
_COMMENT = re.compile(r"\s*\(.*", re.DOTALL)

_Word = tuple[str, str, str]
"""Charset, encoding (b or q) and code of one encoded word."""


def text_of(value: bytes, charset: str = "") -> str:
    """Return the field's text: raw 8-bit bytes as UTF-8, else as `charset`, else as windows-1252; words still encoded."""
    return value.decode("ascii") if value.isascii() else decode(value, charset)


def decoded_text(value: bytes, charset: str = "") -> str:
    """Return the field's text with its encoded words decoded."""
    return decode_words(text_of(value, charset))


def decode_words(text: str) -> str:
    """Decode the encoded words of RFC 2047 §2 in a text; adjacent ones are joined first, as they may split a character."""
    if "=?" not in text:
        return text
    out: list[str] = []
    run: list[_Word] = []
    position = 0
    while found := _WORD_START.search(text, position):
        end = text.find("?=", found.end())
        if end < 0:
            break
        code = text[found.end() : end]
        if "=?" in code:  # this word never ends; the next one begins inside
            out += [_decode_run(run), text[position : found.end()]]
            run, position = [], found.end()
            continue
        between = text[position : found.start()]
        if not (run and _ONLY_SPACE.fullmatch(between)):  # RFC 2047 §6.2: white space between words is no text
            out += [_decode_run(run), between]
            run = []
        run.append((found[1], found[2].lower(), code))
        position = end + 2
    return "".join([*out, _decode_run(run), text[position:]])


def _decode_run(run: list[_Word]) -> str:
    """Decode neighbouring words: bytes of the same charset are joined before they become characters."""
    pieces: list[str] = []
    data: list[bytes] = []
    for place, (charset, encoding, code) in enumerate(run):
        data.append(_word_bytes(encoding, code))
        following = run[place + 1] if place + 1 < len(run) else None
        if following is None or following[0].lower() != charset.lower():
            pieces.append(decode(b"".join(data), charset))
            data = []
    return "".join(pieces)


def _word_bytes(encoding: str, code: str) -> bytes:
    raw = code.encode("utf-8", "replace")
    if encoding == "b":
        return from_base64(raw)
    return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)


def parameters(value: bytes, charset: str = "") -> tuple[str, dict[str, str]]:
    """Return the value before the first ";" (lower case) and the parameters of a Content-Type or Content-Disposition field."""
    text = text_of(value, charset)
    head, _, rest = text.partition(";")
    head = _COMMENT.sub("", head).strip().strip('"').lower()
    return head, _joined(_pairs(rest))


def _pairs(text: str) -> list[tuple[str, str, bool]]:
    """Return (name, value, quoted) of each parameter; unquoted values may hold blanks, as some programs write them."""
    found: list[tuple[str, str, bool]] = []
    position, quotes_broken = 0, False
    while position < len(text) and len(found) < PARAMETER_LIMIT:
        name = _PARAMETER_NAME.match(text, position)
        start = name.end() if name else position
        quoted = _QUOTED.match(text, start) if name and not quotes_broken else None
        quotes_broken = quotes_broken or (quoted is None and text.startswith('"', start))
        end = text.find(";", quoted.end() if quoted else start)
        end = len(text) if end < 0 else end
        if name:
            value = _ESCAPED.sub(r"\1", quoted[1]) if quoted else text[start:end].strip().strip('"')
            found.append((name[1].lower(), value, quoted is not None))
        position = end + 1
    return found


def _joined(pairs: list[tuple[str, str, bool]]) -> dict[str, str]:
    """Put continued and encoded parameters together (RFC 2231 §3, §4); the first of a name wins."""
    plain: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, value, _ in pairs:
        continued = _CONTINUED.match(name)
        if continued:
            parts.setdefault(continued[1], {}).setdefault(int(continued[2]), (value, bool(continued[3])))
        elif name.endswith("*"):
            parts.setdefault(name[:-1], {}).setdefault(0, (value, True))
        else:
            plain.setdefault(name, value)
    extended = {name: _extended([pieces[number] for number in sorted(pieces)]) for name, pieces in parts.items()}
    return {**{name: decode_words(value) for name, value in plain.items()}, **{k: v for k, v in extended.items() if v}}


def _extended(pieces: list[tuple[str, bool]]) -> str:
    """Decode charset'language'%XX values, also those whose quotes or charset are missing."""
    first, encoded = pieces[0]
    charset = ""
    if encoded and first.count("'") >= 2:
        charset, _, rest = first.partition("'")
        pieces = [(rest.partition("'")[2], True), *pieces[1:]]
    if not any(is_encoded for _, is_encoded in pieces):
        return decode_words("".join(value for value, _ in pieces))
    codec = codec_of(charset) or "utf-8"
    data = b"".join(unquote_to_bytes(v) if is_encoded else v.encode(codec, "replace") for v, is_encoded in pieces)
    return decode(data, charset)
