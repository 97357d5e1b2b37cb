"""Which mails does this mail name? Reads Message-ID, In-Reply-To and References (RFC 5322 §3.6.4).

In: a field's text. Out: ids without angle brackets, each once, in order.

For editing here: an id is only what stands inside `<` and `>`: text around it is often a date or a name, and a bare word
must never join two tickets. Ids without "@" (`<JIRA.12345.67890>`) are ids.
"""

from __future__ import annotations

import re

LIMIT = 200
"""Ids kept of one field: the first half (roots) and the last half (nearest ancestors)."""
LENGTH_LIMIT = 998
"""No line, so no id, is longer (RFC 5322 §2.1.1)."""

_ID = re.compile(r"<([^<>]*)>")
_SPACE = re.compile(r"\s+")


def message_ids(text: str) -> tuple[str, ...]:
    """Return the ids of a field, first to last; of more than 200 the first and last hundred."""
    found = (_SPACE.sub("", match[1]) for match in _ID.finditer(text))
    ids = tuple(dict.fromkeys(id_ for id_ in found if id_ and len(id_) <= LENGTH_LIMIT))
    return ids if len(ids) <= LIMIT else ids[: LIMIT // 2] + ids[-LIMIT // 2 :]


def message_id(text: str) -> str:
    """Return the one id of a Message-ID field; a bare `local@host`, as some robots write, counts here and only here."""
    ids = message_ids(text)
    if ids:
        return ids[0]
    bare = text.strip().strip("<>")
    return bare if "@" in bare and not _SPACE.search(bare) and len(bare) <= LENGTH_LIMIT else ""


def comparable(id_: str) -> str:
    """Return the form by which two ids are compared: relays change the case of the right side, never of the left."""
    left, at, right = id_.strip().strip("<>").rpartition("@")
    return f"{left}@{right.lower()}" if at else right
