"""Which classes of a page does its own style sheet hide? What they mark was never seen by the author of an answer.

In: a page. Out: the names of classes and ids whose rules conceal text. Only rules that always hold are read: what stands inside
@media is for paper or for small screens.

For editing here: linear, and never more than `LIMIT` characters of a sheet. A selector counts by its last class or id;
what hides by the names of elements, or by where they stand, is not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailsupport.mail.concealed import conceals

LIMIT = 100_000
_SHEET = re.compile(r"<style\b[^>]{0,500}>", re.IGNORECASE)
_SHEET_END = re.compile(r"</style", re.IGNORECASE)
"""What else begins with "</" belongs to the sheet (HTML Standard, raw text elements)."""
_BRACE = re.compile(r"[{}]")
_NAME = re.compile(r"[.#]([A-Za-z_][\w-]{0,100})\s*$")
_MARKS = re.compile(r"<!--|-->")
NOTHING: frozenset[str] = frozenset()


def hidden_names(page: str) -> frozenset[str]:
    """Return the classes and ids that the page's style sheets hide, lower case."""
    opened = _SHEET.search(page)
    if opened is None:
        return NOTHING
    found: set[str] = set()
    while opened is not None:
        closed = _SHEET_END.search(page, opened.end())
        sheet = page[opened.end() : closed.start() if closed else len(page)][:LIMIT]
        for selectors, style in _rules(_without_comments(sheet)):
            if conceals(style):
                found.update(name[1].lower() for one in selectors.split(",")[:100] if (name := _NAME.search(one[-120:])))
        opened = _SHEET.search(page, closed.end()) if closed else None
    return frozenset(found)


def _without_comments(sheet: str) -> str:
    """Return a sheet without its comments; one that never ends takes the rest with it (CSS Syntax 3 §4.3.2)."""
    first, *others = _MARKS.sub(" ", sheet).split("/*")
    return " ".join([first, *(other.partition("*/")[2] for other in others)])


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Yield the selectors and the style of each rule that stands in no other."""
    depth, start, selectors = 0, 0, ""
    for brace in _BRACE.finditer(sheet):
        if brace[0] == "{":
            selectors = sheet[start : brace.start()] if depth == 0 else ""
            depth, start = depth + 1, brace.end()
            continue
        if depth == 1 and selectors:
            yield selectors, sheet[start : brace.start()]
        depth, start, selectors = max(depth - 1, 0), brace.end(), ""
