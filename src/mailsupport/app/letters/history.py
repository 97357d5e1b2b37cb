"""How does what happened to a ticket read? The lines of its log in words.

In: rows of the log. Out: a sentence for each. A new event needs a line in `WORDS`; one without is shown with its data, so that
nothing that happened is ever hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mailsupport.core.timing.worktime import spoken
from mailsupport.store.rows import LogRow

WORDS: Mapping[str, str] = {
    "received": "{actor} wrote; contract {contract}: {reason}",
    "mail": "mail {mail} by {actor}: {why}",
    "noted": "internal note by {actor} (mail {mail}): {why}",
    "also_received": "the same mail came to {mailbox} too",
    "forwarded": "{reason}: {comment}",
    "joined": "{actor} joined as {role}",
    "changed": "changed by {actor}: {reason}",
    "clock_started": "the {clock} clock started, due {due}: {reason}",
    "clock_stopped": "the {clock} clock stopped ({state}): {reason}",
    "clock_revoked": "the {clock} clock was not met after all: {reason}",
    "lapsed": "{clock} lapsed: {reason}",
    "excused": "{actor} excused the lapse of {clock}: {reason}",
    "warned": "{actor} reminded: {reason}",
    "recomputed": "the {clock} clock is reckoned anew: {reason}",
    "respite": "the {clock} clock got time until {until}, for it would have been due already",
    "due_set": "{actor} says that {clock} is due {due}: {reason}",
    "clock_held": "the clocks are held until {until}: {reason}",
    "clock_released": "the clocks are held no longer: {reason}",
    "waiting": "waits for the {for}: {reason}",
    "went_on": "waits no longer: {reason}",
    "paused": "since {since} no time was counted: {reason}",
    "priority": "priority {to} instead of {from}, by {actor}: {reason}",
    "contract": "contract {to} (version {version}) instead of {from}, by {actor}: {reason}",
    "contract_applied": "{actor} put {tickets} under version {version} of contract {contract}",
    "receipt": "a receipt went to {actor}",
    "no_receipt": "no receipt: {reason}",
    "notified": "{actor} heard of it ({event})",
    "answer_queued": "{actor} answered; the answer waits to be sent to {to}",
    "answered": "the answer by {actor} was accepted for {to}",
    "chain_opened": "the chain was opened ({cause}): {reason}",
    "cause_joined": "{cause} joined the chain: {reason}",
    "alerted": "{actor} was alerted (step {step})",
    "alert_accepted": "the alert to {actor} was accepted: {reason}",
    "unreachable": "{actor} was not reached: {reason}",
    "acknowledged": "{actor} acknowledged: {reason}",
    "acknowledged_nothing": "{actor} acknowledged, without effect: {reason}",
    "resolved": "the chain is over: {reason}",
    "reopened": "the chain goes on: {reason}",
    "step_skipped": "{target} was left out: {reason}",
    "exhausted": "nobody is left to tell: {reason}",
    "held": "a mail by {actor} is held, and its author asked: {reason}",
    "not_told": "{actor} asked for the page {page}, and got {most} pages within the hour before",
    "not_asked": "a mail by {actor} is held, and they were not asked: {reason}",
    "confirmed": "{actor} confirmed the held mail",
    "kept_as_note": "{actor} decided nothing about the held mail (mail {mail}); it is a note now",
    "bounced": "a delivery report on our {kind} came for {recipients}",
    "assigned": "{actor} answers it: {reason}",
    "offered": "offered to {actor} until {until}: {reason}",
    "passed_on": "{actor} passed it on: {reason}",
    "offer_expired": "{actor} said nothing until {until}",
    "given_to_all": "everybody who answers hears of it: {reason}",
    "out_of_order": "{actor} answered it before {passed_over} that were due earlier",
    "dropped": "{actor} dropped it: {reason}",
    "spent": "{actor} spent {seconds} seconds: {what}",
    "cost": "{actor} spent {amount} {currency}: {what}",
    "called": "{actor} answered by telephone: {what}",
    "lesson": "a lesson, by {actor}: {text}",
    "spam": "{actor} says that {sender} sends spam",
    "linked": "{actor} linked it with ticket {to}",
    "left": "{actor} is no longer in copy",
    "retracted": "{actor} took back an answer before it was sent (mail {mail})",
    "dropped_hold": "{actor} dropped the held mail",
    "escalated": "{actor} asked for somebody above ({cause}): {reason}",
    "assured": "{actor} was told that somebody above sees to it",
    "passed": "{actor} passed the alert on: {reason}",
    "not_theirs": "{actor} says that it is not theirs: {reason}",
    "thanked": "{actor} says thanks: {words}",
    "all_clear": "whoever was alerted hears that it is over: {reason}",
    "operator_told": "the operator was told: {what}",
}
"""What each event says; the names are those of the row's data, and `actor`."""

INSTANTS = ("due", "until", "since")
"""The data that are instants."""


def said(row: LogRow) -> str:
    """Return one thing that happened as a sentence."""
    words = WORDS.get(row.event)
    if words is None:
        data = ", ".join(f"{key} {word}" for key, value in row.data.items() if (word := _word(value)))
        return f"{row.event} by {row.actor}" + (f": {data}" if data else "")
    values = defaultdict(str, {key: _word(value) for key, value in row.data.items()} | {"actor": row.actor})
    if row.event == "alerted":
        values["step"] = str(int(row.data.get("step", 0)) + 1)
    for name in INSTANTS:
        if isinstance(value := row.data.get(name), str):
            values[name] = spoken(datetime.fromisoformat(value))
    return words.format_map(values).rstrip(": ")


def _word(value: Any) -> str:
    """Return a value on one line: words of a mail have several."""
    return " ".join((", ".join(str(item) for item in value) if isinstance(value, list) else str(value)).split())
