"""Values to try every template with: a usual mail, one with every field set, a bare one, and one with hostile words.

In: nothing. Out: contexts by template name, used by `mailsupport check`, the tests and the pictures in docs.

For editing here: every field of every context is set in one sample at least (a test sees to it), since a template that
fails on a field nobody tried fails at night.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

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
    IgnoredContext,
    IgnoredGroup,
    IgnoredMail,
    NotificationContext,
    OperatorContext,
    ToldOf,
    UndeliveredContext,
    Upcoming,
)
from mailsupport.mail.facts import AssignTo, ClearedLine, DigestLine, GapFact
from mailsupport.mail.sample_customers import to_customers
from mailsupport.mail.sample_replies import to_authors
from mailsupport.mail.sample_values import (
    ANSWER,
    BARE,
    DESK,
    DUE,
    HOSTILE,
    HOSTILE_TICKET,
    MARKER,
    OWN,
    RECEIVED,
    TICKET,
    WORDS,
    ZONE,
    an_action,
    minute,
)


def _notifications() -> tuple[Context, ...]:
    whole = NotificationContext(
        event="new",
        ticket=TICKET,
        person="Anna Berg",
        now=minute(8),
        zone=ZONE,
        marker=MARKER,
        words=WORDS,
        author_address=TICKET.requester_address,
        author_name=TICKET.requester_name,
        at=RECEIVED,
        reply_goes_to=("Erika Muster <erika.muster@globex.example>", "Max Beispiel <max@globex.example>"),
        answer_by=DUE,
        attachments=(Attached("panel.jpg", 210_000, True), Attached("log.zip", 1_200_000)),
        warnings=("unauthenticated",),
        history=(Happened(minute(1), "receipt", "Erika Muster"),),
        earlier=(Earlier("#4388-2m", "Printer jam floor 3", "closed", RECEIVED - timedelta(days=52)),),
        offered_until=minute(10),
        then="Jo Lang",
        take=an_action("take"),
        pass_on=an_action("pass"),
        note=an_action("note"),
        close=an_action("close"),
        pause=an_action("pause 2d"),
        raise_priority=an_action("priority high"),
        commands=("/take", "/note", "/close what was done", "/pause 2d", "/priority high", "/help"),
        own_address=OWN,
    )
    bare = NotificationContext("unreadable", BARE, "", minute(90), "UTC", MARKER, "", "", plain_reply="note", answer_by=DUE)
    hostile = NotificationContext(
        "customer_reply", HOSTILE_TICKET, HOSTILE, minute(8), ZONE, MARKER, HOSTILE, "a@b.example", HOSTILE
    )
    again = replace(whole, event="reopened", answer_by=None, offered_until=None, written_down_by="Jo Lang")
    return whole, bare, hostile, again


def _alerts() -> tuple[Context, ...]:
    whole = AlertContext(
        cause="first_response",
        ticket=TICKET,
        person="Cleo Roy",
        now=minute(70),
        zone=ZONE,
        marker=MARKER,
        desk=DESK,
        step=2,
        steps=3,
        role="account_manager",
        promised_at=DUE,
        words=WORDS,
        words_at=RECEIVED,
        so_far=(
            Happened(minute(0), "received", "Erika Muster"),
            Happened(minute(0), "receipt", "Erika Muster"),
            Happened(minute(0), "notified", "Anna Berg, Jo Lang"),
        ),
        told=(ToldOf("Ben Ito", minute(60), "accepted", "project_manager"),),
        upcoming=(Upcoming("Dov Lind", minute(80), "commercial_director"),),
        reply_freezes=600,
        acknowledge_freezes=1800,
        take_over=an_action("take"),
        acknowledge=an_action("ack"),
        not_me=an_action("notme"),
        assign=(AssignTo("Anna Berg", an_action("assign anna")), AssignTo("Jo Lang", an_action("assign jo"))),
        answer=Action("mailto:support@acme.example", "support+t4711.k3f9q2x7@acme.example"),
        stands_in_for=(AwayOf("Kim Noor", minute(60 * 24 * 3)), AwayOf("Ada Wolf", minute(60 * 24))),
        own_address=OWN,
    )
    last = AlertContext(
        cause="contact",
        ticket=TICKET,
        person="Dov Lind",
        now=minute(200),
        zone=ZONE,
        marker=MARKER,
        desk=DESK,
        step=3,
        steps=3,
        round=2,
        rounds=2,
        by="Ben Ito",
        detail="They called me twice.",
        deescalate=an_action("deescalate"),
        words=HOSTILE,
        unread=("support@acme.example",),
        late_because="mailsupport was not running from 10:00 to 11:40",
    )
    causes = ("next_response", "resolution", "priority", "customer", "staff")
    others = tuple(AlertContext(c, TICKET, "Ben Ito", minute(60), ZONE, MARKER, DESK, 1, 3, promised_at=DUE) for c in causes)
    return whole, last, *others, AlertContext("first_response", BARE, "", minute(60), "UTC", MARKER, DESK, 1, 1)


def _all_clears() -> tuple[Context, ...]:
    told = (ToldOf("Ben Ito", minute(60), "accepted", "project_manager"), ToldOf("Cleo Roy", minute(70), "acknowledged"))
    whole = AllClearContext(
        "answered", TICKET, "Ben Ito", minute(74), ZONE, MARKER, DESK, "Anna Berg", 14 * 60, ANSWER, told, own_address=OWN
    )
    others = [AllClearContext(reason, BARE, "", minute(74), "UTC", MARKER, DESK) for reason in ("closed", "excused")]
    others.append(AllClearContext("deescalated", TICKET, "Ben Ito", minute(74), ZONE, MARKER, DESK, detail="Agreed by phone."))
    others.append(AllClearContext("answered", TICKET, "Ben Ito", minute(74), ZONE, MARKER, DESK, "Anna Berg", again=True))
    return (
        whole,
        *others,
        AllClearContext("answered", HOSTILE_TICKET, HOSTILE, minute(50), ZONE, MARKER, DESK, HOSTILE, 0, HOSTILE),
    )


def _digests() -> tuple[Context, ...]:
    lines = (
        DigestLine("#4711-k3", 4711, TICKET.subject, "Globex GmbH", DUE, "first_response", 2, 3, "new", "high", an_action("ack")),
        DigestLine("#4712-7q", 4712, "", "", minute(61), "priority", 1, 3, "open"),
    )
    whole = DigestContext(
        lines=lines,
        person="Ben Ito",
        now=minute(65),
        zone=ZONE,
        marker=MARKER,
        desk=DESK,
        reply_freezes=600,
        acknowledge_freezes=1800,
        unread=("support@acme.example/INBOX",),
        late=True,
        acknowledge=an_action("ack all"),
        stands_in_for=(AwayOf("Kim Noor", minute(60 * 24 * 3)),),
        own_address=OWN,
    )
    hostile = DigestLine("#4713-9w", 4713, HOSTILE, HOSTILE, DUE, "staff", 1, 1, "answered", "critical", an_action("ack"))
    return whole, DigestContext((hostile, hostile), HOSTILE, minute(65), "UTC", MARKER, DESK)


def _all_clears_of_several() -> tuple[Context, ...]:
    lines = (
        ClearedLine("#4711-k3", TICKET.subject, "Globex GmbH", "answered", minute(74), "Anna Berg"),
        ClearedLine("#4712-7q", "", "", "closed", minute(75), again=True),
        ClearedLine("#4713-9w", HOSTILE, HOSTILE, "deescalated", minute(76), HOSTILE),
    )
    whole = AllClearsContext(lines, "Ben Ito", ZONE, MARKER, DESK, own_address=OWN)
    return whole, AllClearsContext(lines[1:], "", "UTC", MARKER, DESK), AllClearsContext(lines[::2], "", "UTC", MARKER, DESK)


def _to_the_operator() -> dict[str, tuple[Context, ...]]:
    facts = (Fact("last read", "2026-11-23 09:05 UTC"), Fact("open deadlines in the next hour", "4"))
    stuck = OperatorContext(
        "Mailbox support@acme.example cannot be read",
        "the server refused the login: AUTHENTICATE failed",
        "correct its password in the settings, then `mailsupport check`; deadlines keep running meanwhile",
        RECEIVED,
        ZONE,
        facts,
    )
    ignored = IgnoredContext(
        3,
        RECEIVED,
        ZONE,
        (IgnoredGroup("header field list-id", 2), IgnoredGroup("@spam.example is blocked", 1)),
        (IgnoredMail(4711, RECEIVED, "news@shop.example", "Offers of the week", "header field list-id"),),
        1,
    )
    hostile = IgnoredMail(1, RECEIVED, "", HOSTILE, HOSTILE)
    return {
        "operator/notice": (stuck, OperatorContext(HOSTILE, "", "", RECEIVED, "UTC")),
        "operator/gaps": _gaps(),
        "operator/ignored": (ignored, IgnoredContext(1, RECEIVED, "UTC", (IgnoredGroup(HOSTILE, 1),), (hostile,))),
    }


def _short_notices() -> dict[str, tuple[Context, ...]]:
    ask = ConfirmContext(
        TICKET,
        "Anna Berg",
        ZONE,
        minute(30),
        ANSWER,
        "k3f9",
        ("erika.muster@globex.example",),
        minute(45),
        an_action("confirm"),
    )
    reply = "550 5.1.1 <erika.muster@globex.example>: user unknown"
    lost = UndeliveredContext(TICKET, "Anna Berg", ZONE, minute(31), ("erika.muster@globex.example",), reply, ANSWER, DUE)
    return {
        "staff/confirm": (ask, ConfirmContext(BARE, "", "UTC", minute(30), HOSTILE)),
        "staff/undelivered": (lost, UndeliveredContext(BARE, "", "UTC", minute(31), (), "", HOSTILE, DUE, minute(40))),
        "staff/done": (
            DoneContext(
                "Cleo Roy",
                ZONE,
                (said("acknowledged"), said("sent_held", to="Erika Muster", window=timedelta(minutes=1))),
                MARKER,
                TICKET,
                DUE,
                an_action("undo"),
                minute(11),
                ANSWER,
            ),
            DoneContext("Ben Ito", ZONE, (said("passed"),), MARKER, TICKET, DUE, overdue=True),
            DoneContext("", "UTC", (said("priority_set", priority=Priority.HIGH), said("none_such", word=HOSTILE)), MARKER),
        ),
        **_to_the_operator(),
    }


def _gaps() -> tuple[Context, ...]:
    days = (RECEIVED, minute(60 * 24 * 5))
    away = ("ben: ben is away until 2026-11-28 09:20 UTC, without a deputy",)
    found = (
        GapFact("nobody", "gold", ("Globex GmbH", "Initech"), 3, 1, "", *days, 2, 72_000, away),
        GapFact("left_out", "gold", (), 0, 2, "night_shift", *days, 1, 144_000, ("night_shift: nobody has that role",)),
        GapFact("one_person", "standard", (), 0, 0, "Dov Lind", *days, 1, 144_000),
        GapFact("no_round", "standard", step=2),
        GapFact("suspect", "", subject="Cleo Roy", start=RECEIVED),
        GapFact("holidays", "", subject="office", start=days[1]),
        GapFact("ends", "gold", ("Initech",), subject="standard", start=days[1]),
    )
    hostile = GapFact("nobody", HOSTILE, (HOSTILE,), 0, 1, HOSTILE, *days, 1, 60, (HOSTILE,))
    return GapsContext(8, 30, ZONE, found, 1), GapsContext(1, 30, "UTC", (hostile,))


def samples() -> dict[str, tuple[Context, ...]]:
    """Return sample contexts by template name; the first of each is the usual mail."""
    return {
        **to_customers(),
        "staff/notification": _notifications(),
        "escalation/alert": _alerts(),
        "escalation/all_clear": _all_clears(),
        "escalation/digest": _digests(),
        "escalation/all_clears": _all_clears_of_several(),
        **_short_notices(),
        **to_authors(),
    }
