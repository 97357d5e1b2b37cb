"""Does a quote begin here? Judges single lines and small groups of lines; `core.reading.quoting` decides what follows from it.

In: the lines of a mail's text. Out: positions. The words stand in `core.reading.wording`. Every pattern is anchored or free of
nested repetition, and every line is judged by its first 4 KB, so that no line can cost more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailsupport.core.reading import wording

LINE_LIMIT = 4096
"""Characters of a line that are looked at."""
_BLOCK_LINES = 14
_WRAPPED = 4
_ATTRIBUTION_LIMIT = 600

_QUOTE = re.compile(r"[ \t]{0,4}(?:>(?![:：]$)|\|[ \t]|[A-Z]{1,2}>(?:[ \t]|$))")
_SEPARATOR = re.compile(r"[\s*_=~\-–—─━]{3,}$")
_DASHES = "-_‐‑‒–—―─=*~"
_ADDRESS = re.compile(r"[^\s<>@()\[\]\"]@[\w-]{1,63}(?:\.[\w-]{1,63})+|@(?:localhost|example)\b")
_TIME = re.compile(r"(?<!\d)[0-2]?\d[:.h][0-5]\d(?!\d)")
_DAY = re.compile(r"(?<!\d)(?:(?:19|20)\d\d(?!\d)|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})")
_LEADING_DATE = re.compile(r"[^\d@]{0,24}\d{1,4}[\s.,:/年月日-]")
_WROTE = re.compile(
    r"(?:^|[\s>\")\]])(?:" + "|".join(re.escape(w) for w in sorted(wording.WROTE, key=len, reverse=True)) + r")(?=[\s:,.…\-–—]|$)"
)
_WROTE_LAST = re.compile(
    r"(?:" + "|".join(re.escape(w) for w in sorted(wording.WROTE, key=len, reverse=True)) + r")[\s:：…\-–—]*$"
)
_ENDS = tuple(wording.WROTE)
_AFTER_VERB = "".join(filter(str.isspace, map(chr, range(0x3001)))) + ":：…-–—"
_OPENER = re.compile(r"(?:" + "|".join(re.escape(w) for w in sorted(wording.OPENERS, key=len, reverse=True)) + r")[\s,]")
_MYSELF = re.compile(r"\b(?:" + "|".join(re.escape(w) for w in wording.MYSELF) + r")\b")
_BRACKETED = re.compile(r"\[[^\]]{0,30}(?:19|20)\d\d[^\]]{0,30}\]\s?:$")
_GLUED = re.compile(r"-{3,6}[ \t]?(?=On\s.{4,200}\swrote:\s*$)")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\ufeff\u00ad"))


def plain(line: str) -> str:
    """Return the line as it is judged: bounded, without invisible characters, no-break spaces as spaces."""
    if line.isascii():
        return line[:LINE_LIMIT].rstrip()
    return line[:LINE_LIMIT].translate(_INVISIBLE).replace("\u00a0", " ").replace("\u202f", " ").rstrip()


def is_quoted(line: str) -> bool:
    """Whether a line carries a quote mark (">" and its kin)."""
    return _QUOTE.match(line) is not None and not _framed(line)


def _framed(line: str) -> bool:
    """Whether the signs at both ends of a line draw the eye to it: ">>> address <<<", or an attribution."""
    return (line.endswith("<<") and "://" in line.lstrip("> \t")[:12]) or _between_arrows(line)


def _between_arrows(line: str) -> bool:
    """Whether a line is ">>> Anna Berg <anna@b.example> 02.03.2026 10:00 >>>", as GroupWise writes above an unmarked quote."""
    return line.startswith(">>> ") and line.endswith(" >>>") and _TIME.search(line) is not None


def is_separator(line: str) -> bool:
    """Whether a line is only a rule drawn with punctuation."""
    return _SEPARATOR.match(line) is not None


def _dashed(line: str) -> str | None:
    """Return the words between two runs of dashes, lower case; None when the line is not drawn so."""
    line = line.strip(" \t>")
    inner = line.lstrip(_DASHES)
    if not inner or len(line) - len(inner) < 2:
        return None
    title = inner.rstrip(_DASHES)
    if len(inner) - len(title) < 2:
        return None
    return title.strip(" \t:：").lower()


def may_announce(line: str) -> bool:
    """Whether a line can be one that announces a mail, or a header field: it is drawn with dashes, or has a colon."""
    return ":" in line or "：" in line or line.lstrip(" \t>")[:1] in _DASHES


def announces(line: str) -> str:
    """Return what a line announces: "forwarded", "original" (only between dashes), or ""."""
    if len(line) >= 120:
        return ""
    if _between_arrows(line):
        return "original"
    drawn = _dashed(line)
    title = _before_colon(line) if drawn is None else drawn
    if title in wording.FORWARDED:
        return "forwarded"
    return "original" if drawn in wording.ORIGINAL else ""


def _before_colon(line: str) -> str:
    """Return the words before a final colon, lower case; "" when there is none."""
    bare = line.strip(" \t>*")
    return bare[:-1].strip().lower() if bare.endswith((":", "：")) else ""


def label(line: str) -> str:
    """Return what a quoted header line holds ("from", "sent", …), or ""."""
    head = line[:40].replace("：", ":")
    key, colon, _ = head.partition(":")
    return wording.LABELS.get(key.strip(" \t>*_").lower(), "") if colon else ""


def header_block(lines: Sequence[str], at: int) -> bool:
    """Whether a block of quoted header lines ("From: … Sent: … Subject: …") begins at that line."""
    first = label(lines[at])
    if first not in (wording.FROM, wording.DATE, wording.SENT, wording.SUBJECT, wording.TO):
        return False
    found, missed, address = {first}, 0, bool(_ADDRESS.search(lines[at]))
    for line in lines[at + 1 : at + _BLOCK_LINES]:
        if not line.strip():
            break
        role = label(line)
        missed = 0 if role else missed + 1
        if missed > 2:
            break
        if role:
            found.add(role)
        address = address or bool(_ADDRESS.search(line))
    if wording.FROM not in found:
        return False
    strong = wording.SUBJECT in found or wording.SENT in found or address
    return (len(found) >= 3 and strong) or (len(found) == 2 and address and wording.TO not in found)


def glued(line: str) -> int:
    """Return where an attribution begins behind words of the author on one line ("bla--- On … wrote:"), or 0."""
    found = _GLUED.search(line) if line.endswith("wrote:") and len(line) < _ATTRIBUTION_LIMIT else None
    return found.start() if found else 0


def may_end_attribution(line: str, before_quote: bool) -> bool:
    """Whether it is worth trying to read an attribution that ends with this line."""
    line = line.rstrip()
    if line.endswith((":", "：", "-", "…", ")")) or (before_quote and line.endswith(">")):
        return True
    return line[-40:].lower().rstrip(_AFTER_VERB).endswith(_ENDS)  # `_WROTE_LAST`, for a line that is asked of every mail


def attribution_start(lines: Sequence[str], end: int, before_quote: bool) -> int:
    """Return the first line of the attribution that ends with line `end`, or -1; one may be wrapped over four lines."""
    found = -1
    for start in range(end, max(-1, end - _WRAPPED), -1):
        if not lines[start].strip() or is_quoted(lines[start]):
            break
        text = " ".join(line.strip() for line in lines[start : end + 1])
        if len(text) > _ATTRIBUTION_LIMIT:
            break
        if _is_attribution(text, before_quote):
            found = start
            if _begins(text.lower()):
                break
        elif found >= 0:
            break
    return found


def _begins(low: str) -> bool:
    """Whether a lower-case text begins as attributions do: with an opener or a date."""
    return bool(_OPENER.match(low.lstrip("-–— \t[")) or _LEADING_DATE.match(low))


def _is_attribution(text: str, before_quote: bool) -> bool:
    """Whether a joined text names a writer and a time, as a program writes it above a quote."""
    low = text.lower()
    if _MYSELF.search(low):
        return False
    verb = bool(_WROTE.search(low)) or any(word in low for word in wording.WROTE_INSIDE)
    timed, day = bool(_TIME.search(low)), bool(_DAY.search(low))
    dated = timed or day
    address = bool(_ADDRESS.search(low))
    closed = low.endswith((":", "："))
    last = bool(_WROTE_LAST.search(low[-40:])) or any(
        low.rstrip(" :：").endswith(word.rstrip(":：")) for word in wording.WROTE_INSIDE
    )
    if verb and _dashed(text) is not None:
        return True
    if verb and (closed or last):
        if before_quote:
            return address or dated or len(low) < 100
        return (address and (dated or "<" in low)) or (dated and _begins(low) and (last or (timed and day)))
    if closed and dated and address:
        if before_quote and _BRACKETED.search(low):
            return True
        return bool(_LEADING_DATE.match(low)) and low.rstrip(" :：").endswith((">", ")", "]"))
    return before_quote and dated and low.endswith(">") and bool(_LEADING_DATE.match(low))
