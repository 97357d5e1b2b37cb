"""Which keys does [assignment] have? Who gets a new ticket.

Rule for editing here: as in `models`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictBool, StrictInt

from mailsupport.settings import fields as f
from mailsupport.settings.section import Section, written


class AssignmentSettings(Section):
    """Who gets a new ticket: whoever takes it, or one of those who answer, in turn."""

    policy: Literal["manual", "round_robin", "least_loaded", "offer"] = Field(
        default="manual",
        description="manual: everybody who answers is notified, and somebody takes it. round_robin: it is given to whoever had "
        "none for the longest time. least_loaded: to whoever has the fewest that wait for an answer. offer: one after the other "
        "is asked. People who are away are left out; where nobody is free, everybody is notified.",
    )
    offer_for: f.Patience = written(
        default="10m", description="How long one is asked before the next is, in open hours of the contract: 1m to 24h."
    )
    max_open: StrictInt = Field(
        default=0,
        ge=0,
        description="Nobody is given or offered more tickets than this that wait for an answer of theirs; 0 for no limit.",
    )
    decline_needs_reason: StrictBool = Field(
        default=True, description="Whether /drop and /pass need a reason behind them; it stands in the ticket's history."
    )
