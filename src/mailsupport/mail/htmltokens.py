"""Which tags and which text are in this HTML? A linear scanner for HTML as mails carry it.

In: HTML and a `Listener`. Out: calls of the listener, in order; comments, declarations, scripts and styles are left out.

For editing here: the standard library's parser looks again at the rest of the page for every broken tag (quadratic); here
each failure to find an end is remembered, so that no character is looked at twice for the same reason.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Protocol

_START = re.compile(r"<(?:(?P<bang>!--|[!?])|(?P<slash>/?)(?P<name>[a-zA-Z][^\s/>]{0,40}))")
_TO_END = re.compile(r"[>\"']")
_ATTRIBUTE = re.compile(r"""([a-zA-Z][\w:-]*+)\s*+(?:=\s*+("[^"]*+"?|'[^']*+'?|[^\s>"']++))?""")
_RAW = frozenset({"script", "style", "title", "textarea", "noscript", "xml", "template", "iframe", "object", "svg", "math"})
"""Elements whose content is not for reading; they are skipped up to their closing tag."""


class Listener(Protocol):
    """Who is told what the page holds."""

    def write(self, text: str) -> None:
        """Take characters, references resolved."""
        ...

    def open(self, name: str, attributes: str) -> None:
        """Take an opening tag: lower-case name, attributes as written (see `attributes_of`)."""
        ...

    def close(self, name: str) -> None:
        """Take a closing tag."""
        ...


def scan(html: str, listener: Listener) -> None:
    """Tell the listener everything in the page, never raising."""
    scanner = _Scanner(html, listener)
    position = 0
    while found := _START.search(html, position):
        if found.start() > position:
            listener.write(unescape(html[position : found.start()]))
        position = scanner.read(found)
    if position < len(html):
        listener.write(unescape(html[position:]))


def attributes_of(text: str) -> dict[str, str]:
    """Return the attributes of a tag by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), unescape(value.strip("\"'")))
    return found


class _Scanner:
    """Reads what starts with "<", and remembers what never ends."""

    def __init__(self, html: str, listener: Listener) -> None:
        self.html, self.listener = html, listener
        self.lower = html.lower() if html.isascii() else _lower_ascii(html)
        self.quotes_hold = True
        self.absent: set[str] = set()

    def read(self, found: re.Match[str]) -> int:
        """Take the tag that begins here; returns where to go on."""
        if found["bang"]:
            place = self._find("-->", found.end()) if found["bang"] == "!--" else -1
            end = place + 2 if place >= 0 else self._find(">", found.end())
        else:
            end = self._tag_end(found.end())
        if end < 0:  # no ">" follows anywhere: the rest is text
            self.listener.write(unescape(self.html[found.start() :]))
            return len(self.html)
        if found["bang"]:
            return end + 1
        name = found["name"].lower()
        if found["slash"]:
            self.listener.close(name)
        elif name in _RAW:
            return self._skip(name, end)
        else:
            self.listener.open(name, self.html[found.end() : end])
        return end + 1

    def _find(self, what: str, start: int) -> int:
        """Find in the lower-cased page; what was not found once is not looked for again."""
        if what in self.absent:
            return -1
        place = self.lower.find(what, start)
        if place < 0:
            self.absent.add(what)
        return place

    def _behind(self, what: str, start: int, otherwise: int) -> int:
        place = self._find(what, start)
        return place + len(what) if place >= 0 else otherwise

    def _skip(self, name: str, end: int) -> int:
        """Return where an element that is not for reading ends; one that is never closed hides nothing."""
        closing = -1 if self.html[end - 1] == "/" else self._find(f"</{name}", end)
        return self._behind(">", closing, otherwise=end + 1) if closing >= 0 else end + 1

    def _tag_end(self, start: int) -> int:
        """Return the place of the ">" that ends a tag, outside quotes where the quotes are paired; -1 when there is none."""
        position = start
        while self.quotes_hold:
            found = _TO_END.search(self.html, position)
            if found is None:
                break
            if found[0] == ">":
                return found.start()
            position = self.html.find(found[0], found.end()) + 1
            if not position:
                break
        self.quotes_hold = False
        return self._find(">", start)


def _lower_ascii(text: str) -> str:
    """Lower-case without changing the length: str.lower() makes two characters of some."""
    return text.translate(_LOWER)


_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
