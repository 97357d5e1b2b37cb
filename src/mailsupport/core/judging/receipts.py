"""Who gets a receipt for a new ticket, and which one?

In: the mail that opened the ticket, what it is, its route, how many receipts went out lately. Out: a `Receipt`. A receipt goes to
the From address alone, never to Reply-To. A sender we know gets the whole one; anybody else gets one without a word of theirs, so
that nobody can send words to a victim through us, and few of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailsupport.core.desk import Desk
from mailsupport.core.judging.routing import Route
from mailsupport.core.judging.standing import FAIL, aligned
from mailsupport.core.model import PEOPLE, Kind, Mail, Verdict

UNKNOWN_A_DAY = 1
"""Receipts in 24 hours to one address we do not know."""
KNOWN_A_DAY = 10
"""The same for one we know: a From line may be forged, and a customer may well open several tickets a day."""
UNKNOWN_AN_HOUR = 60
"""Receipts in an hour to all senders we do not know."""


class ReceiptKind(StrEnum):
    """Which receipt is sent."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReceiptCounts:
    """Receipts already written: to this address in the last 24 hours, to all unknown senders in the last hour."""

    today_for_address: int = 0
    hour_for_unknown: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The decision; `over_cap` means that the limit for all unknown senders stands against it: the operator is told."""

    kind: ReceiptKind
    to: str
    reason: str
    over_cap: bool = False


def receipt_for(
    mail: Mail,
    verdict: Verdict,
    route: Route,
    counts: ReceiptCounts | None,
    answered_before: bool,
    authenticated: bool,
    desk: Desk,
) -> Receipt:
    """Return which receipt the sender of a new ticket gets."""
    refusal = _refusal(verdict, desk)
    if refusal:
        return Receipt(ReceiptKind.NONE, "", refusal)
    why = _known(mail, verdict, route, answered_before, authenticated, desk)
    if not why and desk.receipts == "known":
        return Receipt(ReceiptKind.NONE, "", "receipts go to known senders only")
    counts = counts or ReceiptCounts()
    over = _over_limit(bool(why), counts)
    if over:
        return Receipt(ReceiptKind.NONE, "", over, over_cap=not why and counts.hour_for_unknown >= UNKNOWN_AN_HOUR)
    kind = ReceiptKind.KNOWN if why else ReceiptKind.UNKNOWN
    return Receipt(kind, mail.sender.email, why or "unknown sender: number and time only")


def _refusal(verdict: Verdict, desk: Desk) -> str:
    """Return why nobody gets a receipt for such a mail, or ""."""
    if desk.receipts == "off":
        return "receipts are switched off"
    if verdict.kind not in PEOPLE or not verdict.answerable:
        return "a robot may not answer this mail"
    return ""


def _known(mail: Mail, verdict: Verdict, route: Route, answered_before: bool, authenticated: bool, desk: Desk) -> str:
    """Return why the sender is known, or ""; a From line that the trusted server failed is nobody's."""
    if aligned(mail, desk) == FAIL:
        return ""
    if route.customer is not None:
        return f"customer {route.customer.name or route.customer.key}"
    if verdict.kind in (Kind.STAFF, Kind.CONTACT):
        return "one of us"
    if answered_before:
        return "answered by a person before"
    return "authenticated sender" if authenticated else ""


def _over_limit(known: bool, counts: ReceiptCounts) -> str:
    """Return which limit is reached, or ""."""
    if counts.today_for_address >= (KNOWN_A_DAY if known else UNKNOWN_A_DAY):
        return "this address has had its receipts for today"
    if not known and counts.hour_for_unknown >= UNKNOWN_AN_HOUR:
        return "unknown senders have had their receipts for this hour"
    return ""
