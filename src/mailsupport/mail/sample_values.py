"""The small values that the sample mails share: one ticket, one customer, hostile words.

In: nothing. Out: constants, and two lines that make instants and buttons. Only `mail.samples` and what belongs to it needs them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from mailsupport.mail.facts import Action, TicketFacts

ZONE = "Europe/Berlin"
RECEIVED = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
DUE = RECEIVED + timedelta(hours=1)
MARKER = "k3f9q2x7mzw4r6ab"
DESK = "Acme Support"
OWN = "support+p.anna.k3f9q2x7@acme.example"
HOSTILE = "{{7*7}} {% raw %} <script>alert(1)</script> \"'&%s ]]> \U0001f4a5"
"""Words that must come through as they are, in text and in HTML."""

TICKET = TicketFacts(
    tag="#4711-k3",
    subject="Printer on floor 3 prints blank pages",
    requester_address="erika.muster@globex.example",
    received_at=RECEIVED,
    requester_name="Erika Muster",
    customer="Globex GmbH",
    contract="gold",
    promise="1 h, around the clock",
    value="120,000 €/y",
    priority="high",
    missed=2,
)
BARE = TicketFacts(tag="#4712-7q", subject="", requester_address="", received_at=RECEIVED)
HOSTILE_TICKET = TicketFacts(
    tag="#4713-9w",
    subject=HOSTILE,
    requester_address="a@b.example",
    received_at=RECEIVED,
    requester_name=HOSTILE,
    customer=HOSTILE,
)
WORDS = (
    "Good morning,\n\nsince the update the printer on floor 3 prints only blank pages. We have visitors at noon "
    "and need the badges by then. The panel shows E-417.\n\nBest regards\nErika Muster"
)
ANSWER = "Hello Ms Muster,\n\nplease hold the green button for five seconds; the belt then resets itself.\n\nAnna"

LAID_OUT = Markup(
    "<p>Hello Ms Muster,</p><p>please hold the <b>green button</b> for five seconds; "
    'the belt then resets itself. <a href="https://acme.example/belt">With pictures</a></p><p>Anna</p>'
)


def minute(number: int) -> datetime:
    """Return the instant so many minutes after the sample mail came."""
    return RECEIVED + timedelta(minutes=number)


def an_action(command: str) -> Action:
    """Return a button of a sample mail."""
    body = f"%2F{command}%0D%0A"
    return Action(f"mailto:support+a4711.{MARKER}@acme.example?subject=Re%3A%20%234711-k3&body={body}", f"/{command}")
