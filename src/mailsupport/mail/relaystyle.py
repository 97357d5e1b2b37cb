"""Which elements, attributes and styles of an answer's HTML may reach a customer? Tables, and the sanitiser that holds them.

In: a tag as its author's program wrote it. Out: the tag with what is harmless of it. nh3 goes over the whole once more, so that a
mistake here lets nothing through that could act. For editing here: a property may be added when it can neither hide a word,
nor load anything, nor lay something over the rest of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from typing import Any

PIECES, DEPTH, SIZE = 60_000, 100, 180_000
"""Tags and texts in a page, elements around a word, characters of the result: beyond them the text goes out alone."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID = _names("area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr")
BLOCKS = _names("article section address div p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd pre blockquote center hr") | _names(
    "table tbody thead tr td th"
)
TABLES = _names("table tbody thead tr td th")
TAGS = (BLOCKS - _names("article section address")) | _names(
    "a b big br code em font i img ins del kbd q s small span strike strong sub sup tt u"
)
_ATTRIBUTES = {
    "*": {"style", "align", "dir"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size"},
    "ol": {"type", "start"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "td": {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "valign", "bgcolor"},
    "tr": {"valign", "bgcolor"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid"}
_LENGTH = r"(?:\d{1,3}(?:\.\d{1,3})?(?:px|pt|em|rem|%|ex|ch|in|cm|mm)?|auto|normal)"
_LENGTHS = re.compile(rf"{_LENGTH}(?:\s+{_LENGTH}){{0,3}}")
_WORD = re.compile(r"[a-z-]{1,30}(?: [a-z-]{1,30}){0,3}")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([\d\s,.%]{5,40}\)")
_FONTS = re.compile(r"[\w\s,'-]{1,200}")
_BORDER = re.compile(r"[\w\s#.,()%-]{1,80}")
_FONT_SIZE = re.compile(
    r"(?:[6-9]|[1-7]\d)(?:\.\d{1,2})?p[xt]|(?:0\.[6-9]\d?|[1-4](?:\.\d{1,3})?)r?em|(?:[6-9]\d|[1-4]\d\d)%|[a-z-]{5,8}"
)
_STYLES = {
    "color": _COLOUR,
    "background-color": _COLOUR,
    "font-family": _FONTS,
    "font-size": _FONT_SIZE,
    "font-style": _WORD,
    "font-weight": re.compile(r"[a-z]{4,7}|[1-9]00"),
    "text-align": _WORD,
    "text-decoration": _WORD,
    "vertical-align": _WORD,
    "white-space": re.compile(r"pre|pre-wrap|pre-line|normal|nowrap"),
    "list-style-type": _WORD,
    "border-collapse": _WORD,
    "width": _LENGTHS,
    "max-width": _LENGTHS,
} | {
    f"{kind}{side}": _BORDER if kind == "border" else _LENGTHS
    for kind in ("margin", "padding", "border")
    for side in ("", "-top", "-right", "-bottom", "-left")
}
_PLAIN = {
    "color": {"black", "#000", "#000000", "windowtext", "rgb(0,0,0)", "rgb(0, 0, 0)"},
    "background-color": {"white", "#fff", "#ffffff", "rgb(255,255,255)", "rgb(255, 255, 255)", "transparent"},
}
"""Colours that say nothing on a white page, and are in the way on a dark one."""
_COLOURED = ("color", "bgcolor")


def tag(name: str, given: Mapping[str, str], is_ours: Callable[[str], bool] = lambda _: False) -> str:
    """Return the opening tag with what may pass of its attributes; a link that holds something internal is none."""
    allowed = _ATTRIBUTES["*"] | _ATTRIBUTES.get(name, set())
    kept = {key: value for key, value in given.items() if key in allowed and len(value) <= 4000 and not is_ours(value)}
    if "style" in kept:
        kept["style"] = _style(kept["style"])
    for key in _COLOURED:
        if key in kept and not _COLOUR.fullmatch(kept[key].strip().lower()):
            del kept[key]
    return "".join([f"<{name}", *(f' {key}="{escape(value)}"' for key, value in kept.items() if value), ">"])


def _style(style: str) -> str:
    """Return the properties that may pass, with values that can be nothing else."""
    kept: dict[str, str] = {}
    for one in style[:4000].split(";"):
        name, _, value = one.partition(":")
        name, value = name.strip().lower(), value.partition("!")[0].strip().lower()
        name = "background-color" if name == "background" else name
        form = _STYLES.get(name)
        if form is not None and form.fullmatch(value) and value not in _PLAIN.get(name, ()):
            kept[name] = value
    if kept.get("color") == kept.get("background-color"):
        kept.pop("color", None)
    return ";".join(f"{name}:{value}" for name, value in kept.items())


@cache
def _cleaner() -> Any:
    import nh3

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes={name: set(allowed) for name, allowed in _ATTRIBUTES.items()},
        url_schemes=set(_SCHEMES),
        filter_style_properties=set(_STYLES),
        strip_comments=True,
        link_rel="noopener noreferrer",
    )


def harmless(html: str) -> str:
    """Return HTML of which nothing acts, loads or hides, whatever it was."""
    return str(_cleaner().clean(html))
