"""How are the codes of states, clocks and causes called, where a command speaks to people?

In: a code as the database and `--json` have it. Out: words. A code that has none of its own reads with blanks. For editing here:
programs read codes, so nothing of this goes into `--json`.
"""

from __future__ import annotations

_WORDS = {
    "met": "met in time",
    "met_late": "met too late",
    "lapsed": "missed",
    "exhausted": "everybody was told",
    "escalation_close": "closing of the escalation",
    "auto_replied": "answered by a machine",
}


def in_words(code: str) -> str:
    """Return how a code is called."""
    return _WORDS.get(code, str(code).replace("_", " "))
