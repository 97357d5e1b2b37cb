"""Sample values for the templates whose mails customers get; the rules for editing stand in `mail.samples`."""

from __future__ import annotations

from dataclasses import replace

from mailsupport.mail.compose import mailto
from mailsupport.mail.contexts import Action, Context, EscalatedContext, Fact, ReceiptContext, RelayContext
from mailsupport.mail.sample_values import ANSWER, DESK, DUE, HOSTILE, LAID_OUT, RECEIVED, TICKET, WORDS, ZONE, minute

ABOVE, BELOW = "Good afternoon Ms Muster,\n\nwe have replaced the belt, and it prints again.", "Kind regards\nAnna Berg"
ROWS = (
    Fact("cause", "worn transfer belt"),
    Fact("done", "belt replaced 14:10, test page ok"),
    Fact("mind", "next belt at 90,000 pages"),
)
CLOSED = f"{ABOVE}\n\nCause: {ROWS[0].value}\nFix: {ROWS[1].value}\nPlease keep in mind: {ROWS[2].value}\n\n{BELOW}"


def _ready(word: str) -> Action:
    return Action(mailto("support+c4711.k3f9q2x7@acme.example", f"{word}: {TICKET.subject}", word), word)


def to_customers() -> dict[str, tuple[Context, ...]]:
    """Return sample contexts of every template whose mail a customer gets."""
    known = ReceiptContext(
        known=True,
        tag="#4711-k3",
        desk=DESK,
        contact="support@acme.example · +49 30 1234567",
        zone=ZONE,
        answer_by=DUE,
        promise="within 1 hour, around the clock",
        name="Erika Muster",
        subject=TICKET.subject,
        next_contact="Ben Ito",
        may_escalate=True,
        urgent=Action(mailto("support+c4711.k3f9q2x7@acme.example", f"Re: {TICKET.subject}", "urgent"), "urgent"),
    )
    bare = ReceiptContext(known=True, tag="#4712-7q", desk=DESK, contact="", zone="UTC", subject=HOSTILE)
    unknown = ReceiptContext(False, "#4714-cc", DESK, "support@acme.example", ZONE, DUE, name="Win now", subject="Buy this")
    quoted = (WORDS, "Erika Muster", RECEIVED, LAID_OUT)
    relay = RelayContext(TICKET.subject, ANSWER, "#4711-k3", ZONE, f"{DESK}\nsupport@acme.example", *quoted)
    closed = replace(relay, closing=True, good=_ready("Good"), not_good=_ready("Not good"))
    return {
        "customer/receipt": (known, bare),
        "customer/receipt_unknown": (unknown, ReceiptContext(False, "#4714-cc", DESK, "", "UTC")),
        "customer/escalated": (
            EscalatedContext("#4711-k3", DESK, "support@acme.example", ZONE, "Erika Muster", TICKET.subject, "project_manager"),
            EscalatedContext("#4713-9w", DESK, "", "UTC", HOSTILE, HOSTILE, HOSTILE, minute(90), DUE),
        ),
        "customer/closed": (
            replace(closed, answer=CLOSED, answer_html="", above=ABOVE, rows=ROWS, below=BELOW),
            closed,
            RelayContext("", HOSTILE, "#4713-9w", "UTC", closing=True),
            RelayContext(
                "", HOSTILE, "#4713-9w", "UTC", closing=True, above=HOSTILE, rows=(Fact("cause", HOSTILE),), below=HOSTILE
            ),
        ),
        "customer/relay": (
            relay,
            replace(relay, quoted_from_us=True),
            RelayContext("AW: " + HOSTILE, HOSTILE, "#4713-9w", "UTC"),
        ),
    }
