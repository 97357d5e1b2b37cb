"""Did somebody type an answer inside our notice, where it is cut off as a quote?

Comes in: what was cut off a staff mail as quoted, and the words of the notice that it answers. Goes out: the first line that is
neither. Only a line between two lines of the notice counts: what stands above is the client's own heading, what stands below a
signature or the disclaimer of a mail server. Blanks and quote marks are not compared, since clients wrap and mark as they like.
"""

from __future__ import annotations

import re

LEAST = 6
"""Characters below which a line proves nothing: a "1." or a "--" may be anybody's."""

_NOT_WORDS = re.compile(r"[\s>|*_\u00a0\u200b\ufeff]+")


def typed_inside(quoted: str, notice: str) -> str:
    """Return the first line typed between lines of the notice, or ""."""
    ours = _NOT_WORDS.sub("", notice)
    begun, typed = False, ""
    for line in quoted.split("\n"):
        bare = _NOT_WORDS.sub("", line)
        if len(bare) < LEAST:
            continue
        if bare not in ours:
            typed = typed or (line.strip() if begun else "")
        elif typed:
            return typed
        else:
            begun = True
    return ""
