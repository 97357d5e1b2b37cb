"""Is this string safe to show, store and put into a header? Every string from a mail passes here once, when it is read.

In: text as decoded, anything in it. Out: text without control characters, bidi overrides (they turn `exe.pdf` into
`fdp.exe`), invisible joints that break words for a reader and lone surrogates (no database or wire takes them), bounded.

For editing here: every function is linear and pure, never raises, and leaves clean text as it is; a subject with a hidden
line end must never reach a header, since the alert it belongs to could not be built.
"""

from __future__ import annotations

import re
import unicodedata

LINE_LIMIT = 998
"""Characters of a subject or any other header value kept: RFC 5322 §2.1.1, the longest line there is."""
NAME_LIMIT = 200
FILE_NAME_LIMIT = 120

_INVISIBLE = "\u200b\u2060\ufeff"
_BIDI = "\u202a-\u202e\u2066-\u2069"
_UNSAFE_LINE = re.compile(rf"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_BIDI}{_INVISIBLE}]")
_UNSAFE_ASCII = bytes({*range(0x20), 0x7F} - {0x09, 0x0A})
_UNSAFE_TEXT = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff{_BIDI}{_INVISIBLE}]")
_SPACE = re.compile(r"[ \t\r\n\x0b\x0c\u2028\u2029\x85\xa0]+")
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_NO_SPACE = "\x1c\x1d\x1e\x1f"
"""What `str.split` takes for white space, and is removed here."""
_PATH = re.compile(r"[/\\]")
_NOT_IN_NAMES = re.compile(r'[:*?"<>|]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return one line of at most `limit` characters: white space runs become one space, nothing invisible remains."""
    text = text[: limit * 4]
    if text.isprintable() or (text.isascii() and not any(sign in text for sign in _NO_SPACE)):
        plain = " ".join(text.split())  # most are so: patterns take twenty times as long
        if plain.isprintable():
            return plain[:limit].rstrip()
    text = _SPACE.sub(" ", text)
    if _UNSAFE_LINE.search(text):
        text = _SPACE.sub(" ", _UNSAFE_LINE.sub(_harmless, text))
    return text.strip()[:limit].rstrip()


def clean_text(text: str) -> str:
    r"""Return text whose only control characters are `\n` and tab."""
    if _is_clean(text):
        return text
    return _UNSAFE_TEXT.sub(_harmless, _LINE_ENDS.sub("\n", text))


def _is_clean(text: str) -> bool:
    """Whether no sign has to go; what most texts are is found out in a third of the pattern's time."""
    if text.isascii():
        return len(text.encode("ascii").translate(None, _UNSAFE_ASCII)) == len(text)
    return text.replace("\n", "").replace("\t", "").isprintable() or not _UNSAFE_TEXT.search(text)


def clean_file_name(name: str) -> str:
    """Return a bare file name: no folder, no device, no leading dot, NFC, at most 120 characters; "" when nothing is left."""
    name = unicodedata.normalize("NFC", clean_line(name))
    name = _NOT_IN_NAMES.sub("_", _PATH.split(name.rstrip("/\\"))[-1]).strip(" .")
    if _DEVICE.match(name):
        name = f"_{name}"
    return _shorten(name)


def _harmless(found: re.Match[str]) -> str:
    """A lone surrogate stands for a byte that was there: show that; everything else goes."""
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else ""


def _shorten(name: str) -> str:
    if len(name) <= FILE_NAME_LIMIT:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:FILE_NAME_LIMIT]
    return f"{stem[: FILE_NAME_LIMIT - len(extension) - 1]}.{extension}"
