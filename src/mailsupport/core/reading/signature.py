"""Where does a signature begin? Delimiters, sign-offs, and the lines that phones and mail programs add.

In: lines and a range of them that ends with the author's last words. Out: the line where the signature begins. Cutting is
conservative: what could be words to the reader stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailsupport.core.reading import wording

_DELIMITER = re.compile(r"(?:--[ \t]?|—|––|_{2,}|-{4,}|—{2,}|–{3,})$")
_STANDARD = re.compile(r"--[ \t]?$")
_STANDARD_LINES = 25
_RULED_LINES = 8
_SIGN_OFF_LINES = 9
_SHORT = 90
_CUTS = 50
"""Signatures above one another, or rules drawn below one, that are taken off at most."""
_DEVICE = re.compile(r"(?:^|[^\w])(?:" + "|".join(re.escape(word) for word in wording.DEVICES) + r")")
_FROM_DEVICE = re.compile(
    r"(?:\w+ ){0,2}from (?:my |a |the )?(?:mobile|phone|iphone|ipad|ipod|android|blackberry|smartphone)[\w .]{0,20}$"
)
_SIGN_OFFS = frozenset(wording.SIGN_OFFS)


def signature_start(lines: Sequence[str], start: int, end: int) -> int:
    """Return the line in [start, end) where the signature begins; `end` when there is none."""
    for _ in range(_CUTS):
        last = _last_filled(lines, start, end)
        if last < start:
            return start
        cut = _one_cut(lines, start, last + 1)
        if cut > last:
            return last + 1
        end = cut
    return end


def is_tail(line: str) -> bool:
    """Whether a line is what a phone or program adds under a mail ("Sent from my …")."""
    low = line.strip(" \t*_([<>\"'~-").lower()
    if not low or len(low) > 140:
        return False
    if low.startswith(wording.TAIL_SURE) or _FROM_DEVICE.match(low):
        return True
    if low.startswith(wording.TAIL_OPENERS) or low.rstrip(" )]>*_").endswith(wording.TAIL_ENDINGS):
        return len(low.split()) <= 14 and _DEVICE.search(low) is not None
    return False


def _last_filled(lines: Sequence[str], start: int, end: int) -> int:
    """Return the last line in the range that is not blank, or start - 1."""
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end - 1


def _one_cut(lines: Sequence[str], start: int, end: int) -> int:
    """Return where one signature before `end` begins, or `end`."""
    if is_tail(lines[end - 1]) or _DELIMITER.match(lines[end - 1].strip()):
        return end - 1
    seen = 0
    for at in range(end - 1, start - 1, -1):
        line = lines[at].strip()
        if not line:
            continue
        if _delimits(line, seen) or _signs_off(lines, line, at, end, seen):
            return at
        seen += 1
        if seen > _STANDARD_LINES or len(line) > 400:
            break
    return end


def _delimits(line: str, below: int) -> bool:
    """Whether a line with that many filled lines below it parts a signature off."""
    return _DELIMITER.match(line) is not None and below <= (_STANDARD_LINES if _STANDARD.match(line) else _RULED_LINES)


def _signs_off(lines: Sequence[str], line: str, at: int, end: int, below: int) -> bool:
    """Whether a line is a sign-off of its own with nothing but a few short lines, a name first, below it."""
    if below > _SIGN_OFF_LINES or line.rstrip(" ,.!;:").lower() not in _SIGN_OFFS:
        return False
    return all(len(rest) <= _SHORT and not rest.rstrip().endswith("?") for rest in lines[at + 1 : end])
