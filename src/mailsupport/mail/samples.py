"""Values to try every template with: a usual mail, one with every field set, a bare one, and one with hostile words.

In: nothing. Out: contexts by template name, used by `mailsupport check`, the tests and the pictures in docs.

For editing here: every field of every context is set in one sample at least (a test sees to it), since a template that
fails on a field nobody tried fails at night.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from mailsupport.core.model import Priority
from mailsupport.core.said import said
from mailsupport.mail.contexts import (
    Action,
    AlertContext,
    AllClearContext,
    AllClearsContext,
    Attached,
    AwayOf,
    ConfirmContext,
    Context,
    DigestContext,
    DoneContext,
    Earlier,
    Fact,
    GapsContext,
    Happened,
    HeldContext,
    IgnoredContext,
    IgnoredGroup,
    IgnoredMail,
    NotificationContext,
    OperatorContext,
    PageContext,
    ReceiptContext,
    RelayContext,
    TicketFacts,
    ToldOf,
    UndeliveredContext,
    Upcoming,
)
from mailsupport.mail.facts import ClearedLine, CommandHelp, DigestLine, GapFact, TicketLine

_ZONE = "Europe/Berlin"
_RECEIVED = datetime(2026, 11, 23, 9, 20, tzinfo=UTC)
_DUE = _RECEIVED + timedelta(hours=1)
_MARKER = "k3f9q2x7mzw4r6ab"
_DESK = "Acme Support"
_OWN = "support+p.anna.k3f9q2x7@acme.example"
HOSTILE = "{{7*7}} {% raw %} <script>alert(1)</script> \"'&%s ]]> \U0001f4a5"
"""Words that must come through as they are, in text and in HTML."""

_TICKET = TicketFacts(
    tag="#4711-k3",
    subject="Printer on floor 3 prints blank pages",
    requester_address="erika.muster@globex.example",
    received_at=_RECEIVED,
    requester_name="Erika Muster",
    customer="Globex GmbH",
    contract="gold",
    promise="1 h, around the clock",
    value="120,000 €/y",
    priority="high",
)
_BARE = TicketFacts(tag="#4712-7q", subject="", requester_address="", received_at=_RECEIVED)
_HOSTILE = TicketFacts(
    tag="#4713-9w",
    subject=HOSTILE,
    requester_address="a@b.example",
    received_at=_RECEIVED,
    requester_name=HOSTILE,
    customer=HOSTILE,
)
_WORDS = (
    "Good morning,\n\nsince the update the printer on floor 3 prints only blank pages. We have visitors at noon "
    "and need the badges by then. The panel shows E-417.\n\nBest regards\nErika Muster"
)
_ANSWER = "Hello Ms Muster,\n\nplease hold the green button for five seconds; the belt then resets itself.\n\nAnna"

_LAID_OUT = Markup(
    "<p>Hello Ms Muster,</p><p>please hold the <b>green button</b> for five seconds; "
    'the belt then resets itself. <a href="https://acme.example/belt">With pictures</a></p><p>Anna</p>'
)


def _at(minutes: int) -> datetime:
    return _RECEIVED + timedelta(minutes=minutes)


def _action(command: str) -> Action:
    body = f"%2F{command}%0D%0A"
    return Action(f"mailto:support+a4711.{_MARKER}@acme.example?subject=Re%3A%20%234711-k3&body={body}", f"/{command}")


def _notifications() -> tuple[Context, ...]:
    whole = NotificationContext(
        event="new",
        ticket=_TICKET,
        person="Anna Berg",
        now=_at(8),
        zone=_ZONE,
        marker=_MARKER,
        words=_WORDS,
        author_address=_TICKET.requester_address,
        author_name=_TICKET.requester_name,
        at=_RECEIVED,
        reply_goes_to=("Erika Muster <erika.muster@globex.example>", "Max Beispiel <max@globex.example>"),
        answer_by=_DUE,
        attachments=(Attached("panel.jpg", 210_000, True), Attached("log.zip", 1_200_000)),
        warnings=("unauthenticated",),
        history=(Happened(_at(1), "receipt", "Erika Muster"),),
        earlier=(Earlier("#4388-2m", "Printer jam floor 3", "closed", _RECEIVED - timedelta(days=52)),),
        take=_action("take"),
        note=_action("note"),
        close=_action("close"),
        pause=_action("pause 2d"),
        raise_priority=_action("priority high"),
        commands=("/take", "/note", "/close what was done", "/pause 2d", "/priority high", "/help"),
        own_address=_OWN,
    )
    bare = NotificationContext("unreadable", _BARE, "", _at(90), "UTC", _MARKER, "", "", plain_reply="note", answer_by=_DUE)
    hostile = NotificationContext("customer_reply", _HOSTILE, HOSTILE, _at(8), _ZONE, _MARKER, HOSTILE, "a@b.example", HOSTILE)
    return whole, bare, hostile


def _alerts() -> tuple[Context, ...]:
    whole = AlertContext(
        cause="first_response",
        ticket=_TICKET,
        person="Cleo Roy",
        now=_at(70),
        zone=_ZONE,
        marker=_MARKER,
        desk=_DESK,
        step=2,
        steps=3,
        role="account_manager",
        promised_at=_DUE,
        words=_WORDS,
        words_at=_RECEIVED,
        so_far=(
            Happened(_at(0), "received", "Erika Muster"),
            Happened(_at(0), "receipt", "Erika Muster"),
            Happened(_at(0), "notified", "Anna Berg, Jo Lang"),
        ),
        told=(ToldOf("Ben Ito", _at(60), "accepted", "project_manager"),),
        upcoming=(Upcoming("Dov Lind", _at(80), "commercial_director"),),
        reply_freezes=600,
        acknowledge_freezes=1800,
        take_over=_action("take"),
        acknowledge=_action("ack"),
        not_me=_action("notme"),
        answer=Action("mailto:support@acme.example", "support+t4711.k3f9q2x7@acme.example"),
        stands_in_for=(AwayOf("Kim Noor", _at(60 * 24 * 3)), AwayOf("Ada Wolf", _at(60 * 24))),
        own_address=_OWN,
    )
    last = AlertContext(
        cause="contact",
        ticket=_TICKET,
        person="Dov Lind",
        now=_at(200),
        zone=_ZONE,
        marker=_MARKER,
        desk=_DESK,
        step=3,
        steps=3,
        round=2,
        rounds=2,
        by="Ben Ito",
        detail="They called me twice.",
        words=HOSTILE,
        unread=("support@acme.example",),
        late_because="mailsupport was not running from 10:00 to 11:40",
    )
    causes = ("next_response", "resolution", "priority", "customer", "staff")
    others = tuple(AlertContext(c, _TICKET, "Ben Ito", _at(60), _ZONE, _MARKER, _DESK, 1, 3, promised_at=_DUE) for c in causes)
    return whole, last, *others, AlertContext("first_response", _BARE, "", _at(60), "UTC", _MARKER, _DESK, 1, 1)


def _all_clears() -> tuple[Context, ...]:
    told = (ToldOf("Ben Ito", _at(60), "accepted", "project_manager"), ToldOf("Cleo Roy", _at(70), "acknowledged"))
    whole = AllClearContext(
        "answered", _TICKET, "Ben Ito", _at(74), _ZONE, _MARKER, _DESK, "Anna Berg", 14 * 60, _ANSWER, told, own_address=_OWN
    )
    others = (
        AllClearContext(reason, _BARE, "", _at(74), "UTC", _MARKER, _DESK) for reason in ("closed", "deescalated", "excused")
    )
    return whole, *others, AllClearContext("answered", _HOSTILE, HOSTILE, _at(50), _ZONE, _MARKER, _DESK, HOSTILE, 0, HOSTILE)


def _digests() -> tuple[Context, ...]:
    lines = (
        DigestLine("#4711-k3", 4711, _TICKET.subject, "Globex GmbH", _DUE, "first_response", 2, 3, "new", "high", _action("ack")),
        DigestLine("#4712-7q", 4712, "", "?", _at(61), "priority", 1, 3, "open"),
    )
    whole = DigestContext(
        lines=lines,
        person="Ben Ito",
        now=_at(65),
        zone=_ZONE,
        marker=_MARKER,
        desk=_DESK,
        reply_freezes=600,
        acknowledge_freezes=1800,
        unread=("support@acme.example/INBOX",),
        late=True,
        acknowledge=_action("ack all"),
        stands_in_for=(AwayOf("Kim Noor", _at(60 * 24 * 3)),),
        own_address=_OWN,
    )
    hostile = DigestLine("#4713-9w", 4713, HOSTILE, HOSTILE, _DUE, "staff", 1, 1, "answered", "critical", _action("ack"))
    return whole, DigestContext((hostile, hostile), HOSTILE, _at(65), "UTC", _MARKER, _DESK)


def _all_clears_of_several() -> tuple[Context, ...]:
    lines = (
        ClearedLine("#4711-k3", _TICKET.subject, "Globex GmbH", "answered", _at(74), "Anna Berg"),
        ClearedLine("#4712-7q", "", "?", "closed", _at(75)),
        ClearedLine("#4713-9w", HOSTILE, HOSTILE, "deescalated", _at(76), HOSTILE),
    )
    whole = AllClearsContext(lines, "Ben Ito", _ZONE, _MARKER, _DESK, own_address=_OWN)
    return whole, AllClearsContext(lines[1:], "", "UTC", _MARKER, _DESK)


def _to_customers() -> dict[str, tuple[Context, ...]]:
    known = ReceiptContext(
        known=True,
        tag="#4711-k3",
        desk=_DESK,
        contact="support@acme.example · +49 30 1234567",
        zone=_ZONE,
        answer_by=_DUE,
        promise="within 1 hour, around the clock",
        name="Erika Muster",
        subject=_TICKET.subject,
        next_contact="Ben Ito",
    )
    bare = ReceiptContext(known=True, tag="#4712-7q", desk=_DESK, contact="", zone="UTC", subject=HOSTILE)
    unknown = ReceiptContext(False, "#4714-cc", _DESK, "support@acme.example", _ZONE, _DUE, name="Win now", subject="Buy this")
    quoted = (_WORDS, "Erika Muster", _RECEIVED, _LAID_OUT)
    relay = RelayContext(_TICKET.subject, _ANSWER, "#4711-k3", _ZONE, f"{_DESK}\nsupport@acme.example", *quoted)
    return {
        "customer/receipt": (known, bare),
        "customer/receipt_unknown": (unknown, ReceiptContext(False, "#4714-cc", _DESK, "", "UTC")),
        "customer/relay": (relay, RelayContext("AW: " + HOSTILE, HOSTILE, "#4713-9w", "UTC")),
    }


def _short_notices() -> dict[str, tuple[Context, ...]]:
    held = HeldContext(
        why=said("unknown_command", line="/clsoe", number=1),
        person="Anna Berg",
        zone=_ZONE,
        words="/clsoe\n" + _ANSWER,
        ticket=_TICKET,
        marker=_MARKER,
        advice=said("any_reply_sends"),
        suggestion="/close",
        corrected="/close\n" + _ANSWER,
        theirs=_ANSWER,
        theirs_by="Jo Lang",
        until=_at(45),
        any_reply=True,
        run=_action("run"),
        send=_action("send"),
        note=_action("note"),
        discard=_action("discard"),
    )
    ask = ConfirmContext(
        _TICKET, "Anna Berg", _ZONE, _at(30), _ANSWER, "k3f9", ("erika.muster@globex.example",), _at(45), _action("confirm")
    )
    reply = "550 5.1.1 <erika.muster@globex.example>: user unknown"
    lost = UndeliveredContext(_TICKET, "Anna Berg", _ZONE, _at(31), ("erika.muster@globex.example",), reply, _ANSWER, _DUE)
    facts = (Fact("last read", "2026-11-23 09:05 UTC"), Fact("open deadlines in the next hour", "4"))
    stuck = OperatorContext(
        "Mailbox support@acme.example cannot be read",
        "the server refused the login: AUTHENTICATE failed",
        "correct its password in the settings, then `mailsupport check`; deadlines keep running meanwhile",
        _RECEIVED,
        _ZONE,
        facts,
    )
    ignored = IgnoredContext(
        3,
        _RECEIVED,
        _ZONE,
        (IgnoredGroup("header field list-id", 2), IgnoredGroup("@spam.example is blocked", 1)),
        (IgnoredMail(4711, _RECEIVED, "news@shop.example", "Offers of the week", "header field list-id"),),
        1,
    )
    hostile = IgnoredMail(1, _RECEIVED, "", HOSTILE, HOSTILE)
    return {
        "staff/held": (held, HeldContext(said("not_your_token", address=HOSTILE), "", "UTC", HOSTILE)),
        "staff/confirm": (ask, ConfirmContext(_BARE, "", "UTC", _at(30), HOSTILE)),
        "staff/undelivered": (lost, UndeliveredContext(_BARE, "", "UTC", _at(31), (), "", HOSTILE)),
        "staff/done": (
            DoneContext(
                "Cleo Roy",
                _ZONE,
                (said("acknowledged"), said("sent_held", to="Erika Muster", window=timedelta(minutes=1))),
                _MARKER,
                _TICKET,
                _DUE,
                _at(100),
                "Dov Lind",
                _action("undo"),
                _at(11),
                _ANSWER,
            ),
            DoneContext("", "UTC", (said("priority_set", priority=Priority.HIGH), said("none_such", word=HOSTILE))),
        ),
        "staff/page": _pages(),
        "operator/notice": (stuck, OperatorContext(HOSTILE, "", "", _RECEIVED, "UTC")),
        "operator/gaps": _gaps(),
        "operator/ignored": (ignored, IgnoredContext(1, _RECEIVED, "UTC", (IgnoredGroup(HOSTILE, 1),), (hostile,))),
    }


def _pages() -> tuple[Context, ...]:
    lines = (
        TicketLine("#4711-k3", _TICKET.subject, "Globex GmbH", "new", "high", _DUE, True, "Anna Berg"),
        TicketLine("#4713-9w", HOSTILE, HOSTILE, "open"),
    )
    done = (Happened(_at(0), "received", "Erika Muster"), Happened(_at(1), "receipt", "Erika Muster"))
    return (
        PageContext("status", "Anna Berg", _ZONE, _at(8), _MARKER, tickets=lines, more=3),
        PageContext("history", "Anna Berg", _ZONE, _at(8), _MARKER, _TICKET, done),
        PageContext("help", "Anna Berg", _ZONE, _at(8), _MARKER, commands=(CommandHelp("close", ("done", "solved")),)),
        PageContext("mine", "", "UTC", _at(8)),
        PageContext("history", "", "UTC", _at(8), ticket=_HOSTILE),
    )


def _gaps() -> tuple[Context, ...]:
    days = (_RECEIVED, _at(60 * 24 * 5))
    away = ("ben: ben is away until 2026-11-28 09:20 UTC, without a deputy",)
    found = (
        GapFact("nobody", "gold", ("Globex GmbH", "Initech"), 3, 1, "", *days, 2, 72_000, away),
        GapFact("left_out", "gold", (), 0, 2, "night_shift", *days, 1, 144_000, ("night_shift: nobody has that role",)),
        GapFact("one_person", "standard", (), 0, 0, "Dov Lind", *days, 1, 144_000),
        GapFact("no_round", "standard", step=2),
        GapFact("suspect", "", subject="Cleo Roy", start=_RECEIVED),
        GapFact("holidays", "", subject="office", start=days[1]),
    )
    hostile = GapFact("nobody", HOSTILE, (HOSTILE,), 0, 1, HOSTILE, *days, 1, 60, (HOSTILE,))
    return GapsContext(7, 30, _ZONE, found, 1), GapsContext(1, 30, "UTC", (hostile,))


def samples() -> dict[str, tuple[Context, ...]]:
    """Return sample contexts by template name; the first of each is the usual mail."""
    return {
        **_to_customers(),
        "staff/notification": _notifications(),
        "escalation/alert": _alerts(),
        "escalation/all_clear": _all_clears(),
        "escalation/digest": _digests(),
        "escalation/all_clears": _all_clears_of_several(),
        **_short_notices(),
    }
