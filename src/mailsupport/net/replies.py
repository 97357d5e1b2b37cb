"""How is what a server says shown to people? On one line, cleaned and cut: it may hold anything."""

from __future__ import annotations

import re

LONGEST = 200
_NOT_TEXT = re.compile(r"[^\x20-\x7e\xa0-\u200d\u2010-\u2027\u2030-\u2065\u206a-\ud7ff\ue000-\U0010ffff]+")
"""Controls, line ends, bidi overrides, halves of surrogate pairs."""


def said(reply: object) -> str:
    """Return a server's words on one line, without controls, cut to 200 characters."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return _NOT_TEXT.sub(" ", text).strip()[:LONGEST]
