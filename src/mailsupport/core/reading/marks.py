"""Does a text hold something of ours that gives power to whoever reads it: a token, a marker, a Message-ID, one of our addresses?

In: words on their way to a customer. Out: whether they may not go. A text is looked at as a reader could put it together:
decoded, composed, without what nobody sees, without the blanks at which programs break lines.

For editing here: whether a token was signed by us is not asked. What looks like one is one: nobody writes such words by chance.
"""

from __future__ import annotations

import re
import unicodedata

TOKEN = r"[tnapkd]\d{1,12}\.[a-z2-7]{8}\.[a-z0-9]{1,16}\.[a-z2-7]{16}"
"""A token that gives one of us power (`core.judging.tokens`); a customer's gives none."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")
_ESCAPE = re.compile("%([2-7][0-9A-Fa-f])")
_OURS = re.compile(rf"\[ref:|{TOKEN}")


def plain(text: str) -> str:
    """Return a text as it reads: composed, lower case, without invisible characters."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()


def has_ours(text: str) -> bool:
    """Whether a token or a marker of ours stands in the text, however it is spelt."""
    spelt_out = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)  # RFC 3986 §2.1, as links have it
    return any(_OURS.search("".join(plain(one).split())) for one in {text, spelt_out})
