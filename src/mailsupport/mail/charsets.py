"""Which characters do these bytes stand for? Declared charset, what is known of wrong declarations, and a sure way out.

In: bytes and the name a mail gives for their charset ("" when none). Out: text, always.

For editing here: a name that mails use and Python does not know is a row of `_ALIASES`; never add a codec that is not a
charset of characters (idna and punycode are quadratic, unicode_escape runs escapes).
"""

from __future__ import annotations

import codecs
import functools
import re

_ALIASES = {
    # WHATWG Encoding §4.2: what is declared as the smaller set is written in the larger one.
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ks_c_5601-1989": "cp949",
    "euc-kr": "cp949",
    "korean": "cp949",
    "windows-949": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf": "utf-8",
    "utf8mb4": "utf-8",
    "cp-850": "cp850",
    "cp-1252": "cp1252",
    "ansi": "cp1252",
    "x-ansi": "cp1252",
    "macintosh": "mac-roman",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "koi8": "koi8-r",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
}
_NOT_CHARSETS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem"})
_LATIN = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp1250", "cp1254", "cp850", "cp437"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_.:+-]{0,39}")
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_ISO_2022 = re.compile(rb"\x1b(?:\$|\()[@BIJ]")
_UNDEFINED_IN_1252 = {byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


def decode(data: bytes, declared: str = "") -> str:
    """Return the text of `data`: as declared where that holds, else UTF-8, else windows-1252; never raises."""
    codec = codec_of(declared)
    if codec.startswith(("utf-16", "utf-32")):
        codec = codec if b"\0" in data or data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ""
    if codec in ("", "ascii", "utf-8") or (codec in _LATIN and not data.isascii()):
        text = _utf8(data)
        if text is not None:
            return text
    if codec and codec not in ("ascii", "utf-8"):
        return _as_declared(data, codec)
    return _windows_1252(data)


def declared_in_html(data: bytes) -> str:
    """Return the charset an HTML page declares in its first kilobyte, "" when none."""
    found = _META.search(data[:1024])
    return found[1].decode("ascii") if found else ""


@functools.lru_cache(maxsize=256)
def codec_of(declared: str) -> str:
    """Return Python's name of the codec for a declared charset, "" when there is none to be trusted."""
    found = _NAME.match(declared.strip().strip("\"'").lower())
    if found is None:
        return ""
    name = _ALIASES.get(found[0], found[0])
    try:
        codec = codecs.lookup(name).name
        b"a".decode(codec, "replace")  # refuses what is no text encoding (base64, zlib, rot13)
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if codec.replace("_", "-") in _NOT_CHARSETS else codec


def _utf8(data: bytes) -> str | None:
    if data.isascii():
        return data.decode("iso2022_jp_ext" if _ISO_2022.search(data) else "ascii", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _as_declared(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeError:
        pass
    if codec in _LATIN:
        return _windows_1252(data)
    text = _utf8(data)
    return text if text is not None else data.decode(codec, "replace")


def _windows_1252(data: bytes) -> str:
    """Every byte has a character: the five that windows-1252 leaves open are taken from latin-1."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1").translate(_CP1252_TABLE)


_CP1252_TABLE = {byte: _UNDEFINED_IN_1252.get(byte, bytes([byte]).decode("cp1252", "replace")) for byte in range(0x80, 0xA0)}
