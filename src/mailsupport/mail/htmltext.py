"""What does a person read in this HTML? Turns a page into text: paragraphs, lists, tables, links, quotes, nothing hidden.

In: HTML. Out: text with `> ` before quoted lines, `- ` before list items, `text <address>` for a link whose address differs
from its text, a line of underscores for a rule (as Outlook writes it, and `core.reading.quoting` reads it).

For editing here: elements are rows of the tables below; the writer keeps a stack, never recurses, and looks at most 100
elements back for the one a closing tag closes. What a sender hides (display:none, zero font) is no text: it must not be
answered, quoted or obeyed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailsupport.mail.concealed import Look, is_hidden
from mailsupport.mail.htmltokens import attributes_of, scan
from mailsupport.mail.stylesheets import NOTHING, hidden_names

_LOOK_BACK = 100
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    }
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "blockquote", "pre"})
"""Blocks with an empty line around them."""
_VOID = frozenset(
    {
        "area",
        "base",
        "basefont",
        "bgsound",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "keygen",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
)
_CELLS = frozenset({"td", "th"})
_TABLE = frozenset({"table", "tbody", "tfoot", "thead", "tr"})
_PARAGRAPH = frozenset({"p"})
_CLOSED_BY = {
    "li": frozenset({"li"}),
    "td": _CELLS,
    "th": _CELLS,
    "tr": frozenset({"td", "th", "tr"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option"}),
}
"""An opening tag ends these when they stand directly around it (HTML §13.1.2.4)."""
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n(?:[> ]*\n){2,}")
_NO_LINK = ("#", "cid:", "data:", "javascript:", "file:", "tel:", "about:", "x-apple-data-detectors:")
_RULE = "_" * 32
_QUOTE_DEPTH_LIMIT = 50


def html_to_text(html: str, *, strictly: bool = False) -> str:
    """Return the readable text of a page; `strictly` only what its author saw: nothing pale or tiny, no names of pictures."""
    writer = _Writer(strictly, hidden_names(html) if strictly else NOTHING)
    scan(html, writer)
    return writer.result()


@dataclass(slots=True)
class _Element:
    """An open element, and what held before it."""

    name: str
    look: Look
    quotes: int
    preformatted: bool
    items: int = 0
    link: str = ""
    link_start: int = 0


class _Writer:
    """The text under way: finished lines, the line being written, and the open elements."""

    def __init__(self, strictly: bool, hiding: frozenset[str]) -> None:
        self.strictly, self.hiding = strictly, hiding
        self.lines: list[str] = []
        self.line: list[str] = []
        self.stack: list[_Element] = []
        self.lists: list[_Element] = []
        self.counts: dict[str, int] = {}
        self.look = Look()
        self.hidden = False
        self.preformatted = False
        self.quotes = 0
        self.space = False
        self.bullet = ""
        self.gap: int | None = None
        self.written = 0

    def write(self, text: str) -> None:
        """Add characters; white space runs are one blank, except in <pre>."""
        if self.hidden:
            return
        if self.preformatted:
            first, *others = text.replace("\r", "").split("\n")
            self._add(first)
            for line in others:
                self.end_line(keep_empty=True)
                self._add(line)
            return
        text = _SPACE.sub(" ", text)
        if text.startswith(" "):
            self.space = True
        if text.strip(" "):
            self._add(text.strip(" "))
            self.space = text.endswith(" ")

    def _add(self, text: str) -> None:
        if not text:
            return
        if self.gap is not None and not self.line and self.lines:
            self.lines.append("> " * min(self.gap, self.quotes))
        self.gap = None
        if self.bullet:
            self.line.append(self.bullet)
            self.bullet, self.space = "", False
        if self.space and self.line and not self.line[-1].endswith(" "):
            self.line.append(" ")
        self.space = False
        self.line.append(text)
        self.written += 1

    def end_line(self, keep_empty: bool = False) -> None:
        """Finish the line being written, with its quote signs before it."""
        self.space = False
        if self.line or keep_empty:
            text = "".join(self.line).replace("\xa0", " ").rstrip()
            self.lines.append("> " * self.quotes + text)
            self.line = []

    def open(self, name: str, attributes: str) -> None:
        """Take an opening tag."""
        given = attributes_of(attributes) if attributes else {}
        if name in _VOID:
            self._void(name, given)
            return
        self._close_implied(name)
        if name in _BLOCKS:
            self._block_edge(name)
        element = _Element(name, self.look, self.quotes, self.preformatted, link_start=self.written)
        self.stack.append(element)
        self.counts[name] = self.counts.get(name, 0) + 1
        if given:
            self._see(self.look.inside(given, self.strictly, self.hiding))
        if not self.hidden:
            self._begin(element, given)

    def _see(self, look: Look) -> None:
        self.look, self.hidden = look, look.unseen

    def _begin(self, element: _Element, given: dict[str, str]) -> None:
        name = element.name
        if name == "blockquote":
            self.quotes = min(self.quotes + 1, _QUOTE_DEPTH_LIMIT)
        elif name == "pre":
            self.preformatted = True
        elif name in ("ol", "ul"):
            self.lists.append(element)
        elif name == "li":
            self._bullet()
        elif name in _CELLS and self.line:
            self.line.append("  ")
        elif name == "a":
            element.link = given.get("href", "").strip()

    def _void(self, name: str, given: dict[str, str]) -> None:
        if self.hidden:
            return
        if name == "br":
            self.end_line(keep_empty=True)
        elif name == "hr":
            self.end_line()
            self._add(_RULE)
            self.end_line()
        elif name == "img" and not is_hidden(given):
            words = "" if self.strictly else given.get("alt", "").strip()
            self.write(f"[{words}]" if words else "")

    def _bullet(self) -> None:
        """Number the item; its sign is written with its first words, so that an item without words is not shown."""
        mark = "- "
        if self.lists:
            self.lists[-1].items += 1
            mark = f"{self.lists[-1].items}. " if self.lists[-1].name == "ol" else mark
        self.bullet = "  " * max(0, min(len(self.lists), 10) - 1) + mark

    def _close_implied(self, name: str) -> None:
        closed = _CLOSED_BY.get(name) or (_PARAGRAPH if name in _BLOCKS else None)
        while closed and self.stack and self.stack[-1].name in closed:
            self._pop()

    def close(self, name: str) -> None:
        """Take a closing tag; one that closes nothing near is passed over, but for the breaks it makes."""
        stack = self.stack
        if not self.counts.get(name):
            stack = []
        for place in range(len(stack) - 1, max(len(stack) - _LOOK_BACK, 0) - 1, -1):
            around = stack[place].name
            if around == name:
                while len(stack) > place:
                    self._pop()
                return
            if around in _CELLS and name not in _TABLE:
                break
        if name == "br":
            self._void("br", {})
        elif name == "p":
            self._block_edge("p")

    def _pop(self) -> None:
        element = self.stack.pop()
        self.counts[element.name] -= 1
        if element.link and not self.hidden:
            self._end_link(element)
        if element.name == "li":
            self.bullet = ""
        if element.name in _BLOCKS:
            self._block_edge(element.name)
        if self.lists and self.lists[-1] is element:
            self.lists.pop()
        self.quotes, self.preformatted = element.quotes, element.preformatted
        self._see(element.look)

    def _end_link(self, element: _Element) -> None:
        """Show where a link leads when its words do not say so."""
        shown = "".join(self.line[-(self.written - element.link_start) * 2 :]) if self.written > element.link_start else ""
        link = element.link.removeprefix("mailto:").partition("?")[0] if element.link.startswith("mailto:") else element.link
        if shown.strip() and not link.lower().startswith(_NO_LINK) and _bare(link) not in _bare(shown):
            self.space = True
            self._add(f"<{_SPACE.sub('', link)[:2000]}>")

    def _block_edge(self, name: str) -> None:
        if self.hidden:
            return
        self.end_line()
        if name in _SPACED:
            self.gap = self.quotes if self.gap is None else min(self.gap, self.quotes)

    def result(self) -> str:
        """Return the text, with at most one empty line between two others."""
        self.end_line()
        return _BLANK_LINES.sub(_one_blank, "\n".join(line.rstrip() for line in self.lines)).strip("\n")


def _one_blank(found: re.Match[str]) -> str:
    return "\n" + found[0][1:].split("\n", 1)[0] + "\n"


def _bare(address: str) -> str:
    """The form in which a link's address and its words are compared."""
    text = address.lower().strip().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    return text.rstrip("/")
