"""Does a reader see the text of this element? What a page hides is no text: it is not answered, not obeyed, not relayed.

In: the attributes of elements, from the outside in. Out: a `Look`. An element that is not displayed, or has no size, is hidden
for everybody. Text as pale as its ground counts as hidden only where `strictly` is asked for: a mail written on a dark screen
may be white all over, and a customer's words must not vanish; an answer on its way to a customer is better cut.

For editing here: a way to hide is a row of a pattern. Nothing here looks at more than 2,000 characters of a style.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

STYLE_LIMIT = 2000
_PALE_FROM = 0xF5

_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:!|;|$)"
    r"|max-height\s*:\s*0(?:px)?\s*(?:!|;|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:!|;|$)",
    re.IGNORECASE,
)
_CONCEALED = re.compile(
    r"font-size\s*:\s*(?:0?\.\d+|1(?:\.\d+)?)(?:px|pt)\b|text-indent\s*:\s*-\d{3}|(?:left|top|margin-left|margin-top)\s*:\s*-\d{3}"
    r"|(?<![\w-])(?:(?:max-)?(?:width|height)\s*:\s*[01](?:px)?|line-height\s*:\s*(?:0|[01]px))\s*(?:!|;|$)|clip\s*:\s*rect"
    r"|clip-path\s*:\s*(?:inset\(\s*(?:50|100)%|circle\(\s*0)"
    r"|scale[xy]?\s*\(\s*0?\.?0*\s*[,)]|(?:opacity|zoom)\s*:\s*0?\.0|content-visibility\s*:\s*hidden",
    re.IGNORECASE,
)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.IGNORECASE)
_GROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?![0-9a-f])", re.IGNORECASE)
_CLEAR = re.compile(
    r"(?:rgb|hsl)a?\((?:[^(),/]{1,20},[^(),/]{1,20},[^(),/]{1,20},|[^(),/]{1,60}/)\s*0?\.?0\d*%?\s*\)"
    r"|#[0-9a-f]{3}0(?![0-9a-f])|#[0-9a-f]{6}0[0-9a-f](?![0-9a-f])"
)
_PARTS = re.compile(r"rgba?\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})", re.IGNORECASE)
_PALE_NAMES = frozenset({"white", "snow", "ivory", "ghostwhite", "floralwhite", "whitesmoke", "mintcream", "transparent"})
_NO_GROUND = frozenset({"none", "inherit", "initial", "unset"})


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks inside an element: whether it is hidden, in a pale colour, on a ground that is not pale."""

    hidden: bool = False
    pale: bool = False
    grounded: bool = False

    @property
    def unseen(self) -> bool:
        """Whether nobody sees the text."""
        return self.hidden or (self.pale and not self.grounded)

    def inside(self, given: Mapping[str, str], strictly: bool, hiding: Collection[str] = ()) -> Look:
        """Return how text looks inside an element with these attributes; `hiding` are classes that the page conceals."""
        if self.hidden or not given:
            return self
        hidden = is_hidden(given) or (bool(hiding) and not named(given).isdisjoint(hiding))
        if not strictly:
            return Look(True) if hidden else self
        style = given.get("style", "")[:STYLE_LIMIT]
        colour = _value(_COLOUR, style) or given.get("color", "")
        ground = _value(_GROUND, style) or given.get("bgcolor", "")
        return Look(
            hidden or bool(_CONCEALED.search(style)),
            is_pale(colour) if colour else self.pale,
            not is_pale(ground) if ground and ground.strip().lower() not in _NO_GROUND else self.grounded,
        )


def is_hidden(given: Mapping[str, str]) -> bool:
    """Whether an element with these attributes is not displayed, or has no size."""
    return "hidden" in given or ("style" in given and bool(_HIDDEN.search(given["style"][:STYLE_LIMIT])))


def named(given: Mapping[str, str]) -> frozenset[str]:
    """Return the classes and the id of an element with these attributes, by which a style sheet may hide it."""
    return frozenset(f"{given.get('class', '')} {given.get('id', '')}"[:STYLE_LIMIT].lower().split())


def conceals(style: str) -> bool:
    """Whether text of this style is not seen, whatever is around it."""
    style = style.strip()[:STYLE_LIMIT]
    return bool(_HIDDEN.search(style) or _CONCEALED.search(style))


def is_pale(colour: str) -> bool:
    """Whether a colour of CSS or HTML is nearly white, or none at all; a colour that cannot be read is not pale."""
    text = colour.strip().lower()
    if _CLEAR.match(text):
        return True
    if found := _HEX.match(text):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return min(bytes.fromhex(digits)) >= _PALE_FROM
    if parts := _PARTS.match(text):
        return min(map(int, parts.groups())) >= _PALE_FROM
    return text.split(" ")[0] in _PALE_NAMES


def _value(pattern: re.Pattern[str], style: str) -> str:
    found = pattern.findall(style)
    return found[-1].strip() if found else ""
