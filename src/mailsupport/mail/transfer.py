"""What are the bytes behind a transfer encoding? base64, quoted-printable (RFC 2045 §6) and uuencode, whole or broken.

In: encoded bytes. Out: bytes, always; what is no code is passed over or kept as it is. `as_base64` is the way back.
"""

from __future__ import annotations

import binascii
import re

LINE = 76
"""Characters in a line of base64."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PADDING = re.compile(rb"=[=\s]*")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=\s]")
_TRAILING_SPACE = re.compile(rb"[ \t]+(?=\r?\n)")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,300})\r?$\n?", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t]*\r?$\n?", re.MULTILINE)
_UU_LINE = re.compile(rb"[ -`]{2,90}")


def decoded(data: bytes, encoding: str) -> bytes:
    """Return the content of a part whose Content-Transfer-Encoding is `encoding` (lower case); unknown ones change nothing."""
    if encoding == "base64":
        return from_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(_TRAILING_SPACE.sub(b"", data))
    if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        files = uuencoded_files(data)
        return files[0][1] if files else data
    return data


def from_base64(data: bytes) -> bytes:
    """Decode base64; a plain-text footer that a list appended after the padding is kept as text."""
    data = data.rstrip()
    padding = _PADDING.search(data)
    if padding is None or padding.end() == len(data):
        return _base64_run(data)
    foreign = _FOREIGN.search(data, padding.end())
    limit = foreign.start() if foreign else len(data)
    pieces, start = [], 0
    for end in _PADDING.finditer(data):
        if end.end() > limit:
            break
        pieces.append(_base64_run(data[start : end.start()]))
        start = end.end()
    rest = data[start:]
    return b"".join([*pieces, b"\n" + rest if foreign else _base64_run(rest)])


def as_base64(data: bytes) -> bytes:
    """Return the data in lines of base64, each with its CRLF (RFC 2045 §6.8)."""
    code = binascii.b2a_base64(data, newline=False)
    return b"".join([code[at : at + LINE] + b"\r\n" for at in range(0, len(code), LINE)])


def stands_as_base64(code: bytes) -> bool:
    """Tell whether base64 out of another mail may go into one of ours as it stands: lines, letters and padding in order."""
    code = code.rstrip()
    rest = code.translate(None, _LETTERS)
    ends = rest.rstrip(b"=")
    padding = len(rest) - len(ends)
    in_order = (len(code) - len(ends)) % 4 == 0 and padding <= 2 and code.endswith(rest[len(ends) :])
    return in_order and ends == b"\r\n" * (len(ends) // 2) and max(map(len, code.split(b"\r\n"))) <= LINE


def _base64_run(data: bytes) -> bytes:
    """Decode code without padding inside; a last lone character carries too few bits and is dropped."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        code = _NOT_BASE64.sub(b"", data)
        code = code[:-1] if len(code) % 4 == 1 else code
        return binascii.a2b_base64(code + b"=" * (-len(code) % 4))


def uuencoded_files(data: bytes) -> list[tuple[str, bytes, int, int]]:
    """Return (name, content, start, end) of every file that is uuencoded in a text, in order; `data[start:end]` is its code."""
    files: list[tuple[str, bytes, int, int]] = []
    position = 0
    while begin := _UU_BEGIN.search(data, position):
        end = _UU_END.search(data, begin.end())
        if end is None:
            break
        content = _uu_content(data[begin.end() : end.start()])
        if content is not None:
            files.append((begin[1].decode("utf-8", "replace").strip(), content, begin.start(), end.end()))
        position = end.end() if content is not None else begin.end()
    return files


def _uu_content(code: bytes) -> bytes | None:
    """Decode the lines between "begin" and "end"; None when they are prose."""
    pieces = []
    for line in code.splitlines():
        line = line.rstrip()
        if not line or line == b"`":
            continue
        if not _UU_LINE.fullmatch(line):
            return None
        pieces.append(_uu_line(line))
    return b"".join(pieces)


def _uu_line(line: bytes) -> bytes:
    """Decode one line; what stands beyond its stated length (some writers add a check character) is passed over."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        length = (line[0] - 32) & 63
        try:
            return binascii.a2b_uu(line[: 1 + (length + 2) // 3 * 4])
        except binascii.Error:
            return b""
