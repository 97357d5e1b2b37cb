"""Sample values for the templates whose mails staff and contacts get when they have written to us, or of somebody who has.

The rules for editing stand in `mail.samples`.
"""

from __future__ import annotations

from mailsupport.core.said import said
from mailsupport.mail.contexts import Context, Happened, HeldContext, NoticedContext, PageContext
from mailsupport.mail.facts import CommandGroup, CommandHelp, TicketLine
from mailsupport.mail.sample_values import ANSWER, DUE, HOSTILE, HOSTILE_TICKET, MARKER, OWN, TICKET, ZONE, an_action, minute

_LINES = (
    TicketLine("#4711-k3", TICKET.subject, "Globex GmbH", "new", "high", DUE, True, "Anna Berg"),
    TicketLine("#4713-9w", HOSTILE, HOSTILE, "open"),
)


def to_authors() -> dict[str, tuple[Context, ...]]:
    """Return sample contexts of these templates."""
    return {"staff/held": _holds(), "staff/page": _pages(), "staff/noticed": _noticed()}


def _noticed() -> tuple[Context, ...]:
    return (
        NoticedContext("Ben Ito", _LINES, "Anna Berg", minute(70), ZONE, MARKER, "I see to these.", 3, OWN),
        NoticedContext(HOSTILE, _LINES[1:], "", minute(70), "UTC", MARKER),
    )


def _holds() -> tuple[Context, ...]:
    held = HeldContext(
        why=said("unknown_command", line="/clsoe", number=1),
        person="Anna Berg",
        zone=ZONE,
        words="/clsoe\n" + ANSWER,
        ticket=TICKET,
        marker=MARKER,
        advice=said("write_above"),
        suggestion="/close",
        corrected="/close\n" + ANSWER,
        run=an_action("run"),
        send=an_action("send"),
        note=an_action("note"),
        discard=an_action("discard"),
    )
    overtaken = HeldContext(
        why=said("answered_since", name="Jo Lang"),
        person="Anna Berg",
        zone=ZONE,
        words=ANSWER,
        ticket=TICKET,
        marker=MARKER,
        overtaken=True,
        theirs=ANSWER,
        theirs_by="Jo Lang",
        until=minute(45),
        send=an_action("send"),
        note=an_action("note"),
        discard=an_action("discard"),
    )
    return held, overtaken, HeldContext(said("not_your_token", address=HOSTILE), "", "UTC", HOSTILE, MARKER)


_GROUPS = (
    CommandGroup("answer", ("close", "note", "pause"), ("public", "reopen")),
    CommandGroup("own", ("take", "assign")),
    CommandGroup("look", ("mine", "away"), ("status", "back")),
)


def _pages() -> tuple[Context, ...]:
    done = (Happened(minute(0), "received", "Erika Muster"), Happened(minute(1), "receipt", "Erika Muster"))
    return (
        PageContext("status", "Anna Berg", ZONE, minute(8), MARKER, tickets=_LINES, more=3),
        PageContext("history", "Anna Berg", ZONE, minute(8), MARKER, TICKET, done),
        PageContext("help", "Anna Berg", ZONE, minute(8), MARKER, groups=_GROUPS),
        PageContext("help", "Anna Berg", ZONE, minute(8), MARKER, commands=(CommandHelp("close", ("done", "solved")),)),
        PageContext("mine", "Anna Berg", ZONE, minute(8), MARKER, again_at=minute(68)),
        PageContext("mine", "", "UTC", minute(8), MARKER),
        PageContext("history", "", "UTC", minute(8), MARKER, ticket=HOSTILE_TICKET),
    )
