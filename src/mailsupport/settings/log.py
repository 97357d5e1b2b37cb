"""Which keys does [log] have? What the daemon writes to its standard error.

Rule for editing here: as in `models`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mailsupport.settings.section import Section


class LogSettings(Section):
    """What the daemon writes to its standard error; docs/reference/log.md names every event."""

    level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        default="info", description="What is less important than this is left out."
    )
    format: Literal["auto", "text", "json"] = Field(
        default="auto", description="One line an event, as text or as a JSON object; auto is text on a terminal, else JSON."
    )
    addresses: Literal["hashed", "full"] = Field(
        default="hashed",
        description="How mail addresses are written: as a mark, the same for the same address, or as they are. No words of a "
        "mail, no password and no token are ever written.",
    )
