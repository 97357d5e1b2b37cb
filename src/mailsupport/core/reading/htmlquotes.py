"""Which lines of a mail's text stand in a quote of its HTML?

In: the text's lines and the raw HTML they belong to (converted from it, or its plain alternative). Out: line numbers. The HTML is
cut at the known markers of mail programs into new and quoted stretches; each stretch is then found again in the text by its
letters and digits. Where that fails nothing is marked, and the rules for plain text decide.

To edit here: a new mail program is a row in `_subtree` or `_onward`, and in `_MARKED`. The scanner is ours because it must be
linear on any input; it understands just enough HTML to keep track of nesting.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HTML_LIMIT = 512 * 1024
_TAG_LIMIT = 2048
_HEAD = 48
_SURE = 12
_VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"])
_UNSEEN = frozenset({"style", "script", "head", "title", "noscript", "template"})
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{2,20})\s{0,4}=\s{0,4}("[^"]{0,600}"|'[^']{0,600}'|[^\s"'>]{1,300})""")
_NAME = re.compile(r"/*+\s*+([a-zA-Z][^\s/>]{0,60})")
_ONWARD = (
    "divrplyfwdmsg",
    "appendonsend",
    "ms-outlook-mobile-reply",
    "origbody",
    "replyblock",
    "isreplycontent",
    "replysplit",
)
"""Names of elements from which on everything is the mail answered to."""
_MARKED = (
    "<blockquote",
    "gmail_",
    "moz-cite-prefix",
    "protonmail_quote",
    "yahoo_quoted",
    "mail-editor-reference-message-container",
    *_ONWARD,
    "border-top",
)
"""What every marker below contains: a page without any has no quote, and need not be taken apart. One search a word takes a
thirtieth of the time of one pattern of all."""
_FORWARD = re.compile(
    r"\W*(?:forwarded message|weitergeleitete nachricht|message transf|mensaje reenviado|messaggio inoltrato)", re.I
)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A run of the HTML's letters and digits, quoted or not."""

    quoted: bool
    letters: str


@dataclass(slots=True)
class _Token:
    """One tag and the text that follows it."""

    name: str
    closes: bool
    attributes: dict[str, str]
    text: str


def quoted_lines(lines: Sequence[str], html: str) -> frozenset[int]:
    """Return the numbers of the lines that stand in a quote of the HTML; none when HTML and text do not fit together."""
    html = html[:_HTML_LIMIT]
    low = html.lower()
    if not any(marker in low for marker in _MARKED):
        return frozenset()
    stretches = _stretches(html)
    if not any(s.quoted for s in stretches) or not any(not s.quoted for s in stretches):
        return frozenset()
    return _locate(lines, stretches)


def _tokens(html: str) -> Iterator[_Token]:
    """Cut HTML into tags; comments, styles and scripts are passed over."""
    unseen, comment = "", False
    for number, chunk in enumerate(html.split("<")):
        if comment or chunk.startswith("!--"):
            comment = "-->" not in chunk
            if not comment:
                yield _Token("", False, {}, chunk.partition("-->")[2])
            continue
        tag, _, text = chunk.partition(">") if number else ("", "", chunk)
        named = _NAME.match(tag)  # a declaration ("<![if …]>") is no element: it would never be closed
        name, closes = named[1].lower() if named else "", tag.startswith("/")
        if unseen:
            if not (closes and name == unseen):
                continue
            unseen = ""
        elif name in _UNSEEN and not closes:
            unseen = name
            continue
        yield _Token(name, closes, _attributes(tag) if "=" in tag and not closes else {}, text)


def _attributes(tag: str) -> dict[str, str]:
    return {name.lower(): value.strip("\"'").lower() for name, value in _ATTRIBUTE.findall(tag[:_TAG_LIMIT])}


def _subtree(token: _Token) -> bool:
    """Whether an element is a quote from its start to its end."""
    kinds, identity = token.attributes.get("class", ""), token.attributes.get("id", "")
    if token.name == "blockquote":
        style = token.attributes.get("style", "")
        return (
            token.attributes.get("type") == "cite"
            or "cite" in token.attributes
            or "gmail_quote" in kinds
            or "border-left" in style
        )
    marked = ("gmail_attr", "moz-cite-prefix", "protonmail_quote", "yahoo_quoted", "gmail_extra_quote")
    return (
        any(word in kinds for word in marked)
        or "yahoo_quoted" in identity
        or "mail-editor-reference-message-container" in identity + kinds
    )


def _onward(token: _Token) -> bool:
    """Whether everything from an element on is the mail answered to."""
    identity = token.attributes.get("id", "").removeprefix("x_")
    if identity in _ONWARD:
        return True
    style = token.attributes.get("style", "").replace(" ", "")
    return token.name == "div" and ("border-top:solid" in style or "border-top-style:solid" in style) and "padding" in style


def _gmail(token: _Token) -> bool:
    """Whether an element is Gmail's wrapper: attribution and quote, but also the answers between quotes."""
    return token.name == "div" and "gmail_quote" in token.attributes.get("class", "")


def _stretches(html: str) -> list[_Stretch]:
    """Cut the HTML into new and quoted stretches."""
    out: list[_Stretch] = []
    depth, quote_depth, wrapper, onward = 0, 0, 0, False
    for token in _tokens(html):
        if token.name and token.name not in _VOID:
            depth += -1 if token.closes else 1
        if quote_depth and depth < quote_depth:
            quote_depth = 0
            wrapper = 0
        if token.attributes and not quote_depth:
            onward = onward or _onward(token)
            if _subtree(token):
                quote_depth = depth
            elif _gmail(token) and not _FORWARD.match(token.text):
                wrapper = depth
        if wrapper and depth < wrapper:
            wrapper = 0
        letters = letters_of(entities.unescape(token.text)) if token.text else ""
        if letters:
            out.append(_Stretch(onward or bool(quote_depth) or bool(wrapper), letters))
    return _merged(out)


def _merged(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Join neighbours of the same kind."""
    out: list[tuple[bool, list[str]]] = []
    for one in stretches:
        if not out or out[-1][0] is not one.quoted:
            out.append((one.quoted, []))
        out[-1][1].append(one.letters)
    return [_Stretch(quoted, "".join(parts)) for quoted, parts in out]


def letters_of(text: str) -> str:
    """Return only letters and digits: what a conversion to text leaves alone."""
    return "".join(filter(str.isalnum, text))


def _locate(lines: Sequence[str], stretches: Sequence[_Stretch]) -> frozenset[int]:
    """Find each stretch in the text; a line is quoted when it begins inside a quoted stretch."""
    bare = [letters_of(line) for line in lines]
    whole = "".join(bare)
    borders: list[tuple[int, bool]] = []
    at = 0
    for one in stretches:
        head = one.letters[:_HEAD]
        found = at if whole.startswith(head, at) else whole.find(head, at) if len(head) >= _SURE else -1
        if found < 0:
            return frozenset()
        borders.append((found, one.quoted))
        at = found + (len(one.letters) if whole.startswith(one.letters, found) else len(head))
    return _inside(bare, borders)


def _inside(bare: Sequence[str], borders: Sequence[tuple[int, bool]]) -> frozenset[int]:
    """Return the lines whose first letter lies in a quoted stretch."""
    out, position, current = set(), 0, -1
    for number, letters in enumerate(bare):
        while current + 1 < len(borders) and borders[current + 1][0] <= position:
            current += 1
        if current >= 0 and borders[current][1] and letters:
            out.add(number)
        position += len(letters)
    return frozenset(out)
