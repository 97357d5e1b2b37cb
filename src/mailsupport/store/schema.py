"""The tables: what is remembered, and which facts can only be true once.

The unique constraints are the promises: P1 and P2 stand on `ledger` and `mail`, P3 on `outbox`, P4 on `firing` and `told`. A
change here needs a migration in `migrations/versions` beside it; a test compares the two. Instants are UTC; enum-like columns
hold the values of `core.model`. The desk's words are the tables' names.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from mailsupport.store.columns import Id, Instant, Key, Words, partial
from mailsupport.store.memory import OFFERED, absence, agreement, daemon, fact, hold, lease, log, metadata, offer, receipt

__all__ = [
    "ASSIGNED",
    "LOADED",
    "MERGED",
    "NOT_CLOSED",
    "OFFERED",
    "OF_CUSTOMER",
    "QUARANTINED",
    "RUNNING",
    "UNANSWERED",
    "UNSAVED",
    "UNSENT",
    "UNSETTLED",
    "WAITING",
    "WARNING",
    "absence",
    "agreement",
    "alias",
    "chain",
    "clock",
    "daemon",
    "fact",
    "firing",
    "folder",
    "hold",
    "lease",
    "ledger",
    "log",
    "mail",
    "metadata",
    "offer",
    "outbox",
    "participant",
    "raw",
    "receipt",
    "recipient",
    "reference",
    "ticket",
    "told",
]

RUNNING = "state = 'running'"
QUARANTINED = "state = 'quarantined'"
UNSETTLED = "settling <> ''"
NOT_CLOSED = "state <> 'closed'"
UNANSWERED = "state = 'new'"
MERGED = "merged_into IS NOT NULL"
WARNING = "warn_at IS NOT NULL"
WAITING = "waiting_until IS NOT NULL"
ASSIGNED = "assignee <> '' AND state <> 'closed'"
LOADED = "assignee <> '' AND state <> 'closed' AND state <> 'answered'"
OF_CUSTOMER = "customer <> '' AND state <> 'closed'"
UNSENT = "outcome = 'waiting'"
UNSAVED = "copy <> ''"
LAPSED = "lapsed_at IS NOT NULL"
BY_US = "person <> ''"
"""Conditions of partial indexes. A query says them in the same words, or the index is not used."""

folder = Table(
    "folder",
    metadata,
    Column("mailbox", Key, primary_key=True),
    Column("name", Key, primary_key=True),
    Column("role", Text, nullable=False, comment="inbox or sent"),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False, comment="every UID up to here has a ledger row or lies before the start"),
    Column("left_alone", BigInteger, nullable=False, server_default="0", comment="mails before the start, at the first run"),
    Column("attempt_to", BigInteger, nullable=False, server_default="0", comment="upper UID of the window being read"),
    Column("attempts", Integer, nullable=False, server_default="0", comment="how often that window was begun"),
    Column("read_until", Instant, nullable=True, comment="everything that arrived before has been taken in"),
    Column("unreadable_since", Instant, nullable=True),
    Column("trouble", Words, nullable=False, server_default=""),
)

mail = Table(
    "mail",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("message_id", Key, nullable=False, comment="without angle brackets; made from the hash when there was none"),
    Column("content_hash", String(64), nullable=False),
    Column("direction", String(3), nullable=False, comment="in or out"),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=True),
    Column("kind", Text, nullable=False),
    Column("visibility", String(8), nullable=False, comment="public or internal"),
    Column("author_email", Words, nullable=False),
    Column("author_name", Words, nullable=False, server_default=""),
    Column("person", Words, nullable=False, server_default="", comment="key of one of ours, when believed"),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False, server_default=""),
    Column("new_text", Words, nullable=False, server_default=""),
    Column("attachments", JSON, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("waiting", Boolean, nullable=False, server_default=text("false"), comment="a Sent mail whose parent is unknown"),
    Column("verdict", Words, nullable=False, server_default="", comment="why it is this kind"),
    Column("matched", Words, nullable=False, server_default="", comment="why it is on this ticket"),
    Column("flags", JSON, nullable=False),
    UniqueConstraint("message_id", "content_hash"),
    Index("ix_mail_ticket", "ticket", "id"),
    Index("ix_mail_received_at", "received_at", **partial(BY_US)),
)

raw = Table(
    "raw",
    metadata,
    Column("mail", Id, ForeignKey("mail.id"), primary_key=True),
    Column("data", LargeBinary, nullable=False, comment="zlib of the bytes as fetched"),
)

reference = Table(
    "reference",
    metadata,
    Column("message_id", Key, primary_key=True, comment="an id that a stored mail named, known or not"),
    Column("mail", Id, ForeignKey("mail.id"), primary_key=True),
    Index("ix_reference_mail", "mail"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("mailbox", Key, nullable=False),
    Column("folder", Key, nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("state", Text, nullable=False, comment="ticketed, obeyed, ignored, quarantined, waiting or gone"),
    Column("reason", Words, nullable=False),
    Column("mail", Id, ForeignKey("mail.id"), nullable=True),
    Column("received_at", Instant, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("settling", Words, nullable=False, server_default="", comment="keyword or move still to be done on the server"),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index("ix_ledger_mail", "mail"),
    Index("ix_ledger_state", "state", **partial(QUARANTINED)),
    Index("ix_ledger_settling", "mailbox", "folder", **partial(UNSETTLED)),
)

ticket = Table(
    "ticket",
    metadata,
    Column("number", Id, primary_key=True, autoincrement=True),
    Column("subject", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("mailbox", Words, nullable=False),
    Column("contract", Words, nullable=False),
    Column("contract_version", Words, nullable=False),
    Column("customer", Words, nullable=False, server_default=""),
    Column("language", Words, nullable=False),
    Column("requester_email", Words, nullable=False),
    Column("requester_name", Words, nullable=False, server_default=""),
    Column("requester_key", Key, nullable=False, server_default="", comment="the requester's address in lower case"),
    Column("revision", Integer, nullable=False, server_default="0", comment="public answers so far"),
    Column("received_at", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant, nullable=True),
    Column("hold_alerts_until", Instant, nullable=True, comment="an answer is being sent or confirmed"),
    Column("first_message_id", Words, nullable=False, server_default=""),
    Column("last_customer_message_id", Words, nullable=False, server_default=""),
    Column("thread_index", Words, nullable=False, server_default=""),
    Column("related", Id, nullable=True, comment="the ticket that its first mail named without joining it"),
    Column("reason", Words, nullable=False, server_default="", comment="why this contract"),
    Column("merged_into", Id, nullable=True, comment="the ticket that goes on in its place"),
    Column("assignee", Key, nullable=False, server_default="", comment="key of whoever answers it"),
    Column("waiting_for", Words, nullable=False, server_default="", comment="customer, vendor, or empty"),
    Column("waiting_until", Instant, nullable=True, comment="when waiting ends by itself"),
    Index("ix_ticket_waiting_until", "waiting_until", **partial(WAITING)),
    Index("ix_ticket_assignee", "assignee", **partial(ASSIGNED)),
    Index("ix_ticket_loaded", "assignee", **partial(LOADED)),
    Index("ix_ticket_open", "number", **partial(NOT_CLOSED)),
    Index("ix_ticket_customer", "customer", "number", **partial(OF_CUSTOMER)),
    Index("ix_ticket_requester", "requester_key", "received_at", **partial(UNANSWERED)),
    Index("ix_ticket_merged_into", "merged_into", **partial(MERGED)),
    sqlite_autoincrement=True,
)

alias = Table(
    "alias",
    metadata,
    Column("message_id", Key, primary_key=True, comment="an id that stands for a ticket, whatever else is known of it"),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=False),
    Column("split", Boolean, nullable=False, comment="a mail split off to that ticket; else a provider's id of a mail of ours"),
)

participant = Table(
    "participant",
    metadata,
    Column("ticket", Id, ForeignKey("ticket.number"), primary_key=True),
    Column("email", Key, primary_key=True),
    Column("name", Words, nullable=False, server_default=""),
    Column("role", Text, nullable=False),
    Index("ix_participant_email", "email"),
)

clock = Table(
    "clock",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("stopped_at", Instant, nullable=True),
    Column("lapsed_at", Instant, nullable=True, comment="the due instant, once it was judged to have passed"),
    Column("detected_at", Instant, nullable=True),
    Column("reason", Words, nullable=False, comment="the arithmetic in words"),
    Column("warn_at", Instant, nullable=True, comment="when the next warning is due"),
    Column("warned", Integer, nullable=False, server_default="0", comment="thresholds passed, whether told or not"),
    Column("excused", Words, nullable=False, server_default="", comment="by whom and why a lapse was excused"),
    UniqueConstraint("ticket", "kind", "cycle"),
    Index("ix_clock_due_at", "due_at", **partial(RUNNING)),
    Index("ix_clock_waiting", "due_at", **partial("stopped_at IS NULL")),
    Index("ix_clock_warn_at", "warn_at", **partial(WARNING)),
    Index("ix_clock_lapsed_at", "lapsed_at", **partial(LAPSED)),
)

chain = Table(
    "chain",
    metadata,
    Column("ticket", Id, ForeignKey("ticket.number"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=True),
    Column("acknowledged_by", Words, nullable=False, server_default=""),
    Column("acknowledged_until", Instant, nullable=True),
    Column("wake_at", Instant, nullable=True, comment="when the sweep must look at it again"),
    Index("ix_chain_wake_at", "wake_at", **partial("wake_at IS NOT NULL")),
)

firing = Table(
    "firing",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("cycle", Integer, nullable=False),
    Column("round", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("fired_at", Instant, nullable=False),
    Column("reason", Words, nullable=False),
    UniqueConstraint("ticket", "cause", "cycle", "round", "step"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("message_id", Key, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("rank", Integer, nullable=False, comment="what is claimed first: alerts, answers, receipts, reports"),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=True),
    Column("cause_mail", Id, ForeignKey("mail.id"), nullable=True, comment="the mail that this one carries or answers"),
    Column("mailbox", Words, nullable=False),
    Column("sender", Words, nullable=False, comment='envelope sender; "" is the null sender'),
    Column("state", Text, nullable=False, comment="queued, sending, done, failed, unknown or cancelled"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant, nullable=True),
    Column("lease_until", Instant, nullable=True),
    Column("holder", Words, nullable=False, server_default="", comment="the daemon that claimed it last"),
    Column(
        "route", Text, nullable=False, server_default="", comment="the relay of its next or last attempt: fallback, or the first"
    ),
    Column("copy", Text, nullable=False, server_default="", comment="due or begun: a copy for the Sent folder"),
    Column("created_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=True),
    Column("error", Words, nullable=False, server_default=""),
    Column("subject", Words, nullable=False),
    Column("data", LargeBinary, nullable=False, comment="the bytes that every attempt hands over"),
    Index("ix_outbox_next", "rank", "next_at", **partial("next_at IS NOT NULL")),
    Index("ix_outbox_ticket", "ticket"),
    Index("ix_outbox_copy", "mailbox", **partial(UNSAVED)),
)

recipient = Table(
    "recipient",
    metadata,
    Column("outbox", Id, ForeignKey("outbox.id"), primary_key=True),
    Column("email", Key, primary_key=True),
    Column("state", Text, nullable=False, comment="queued, accepted, deferred, refused, unknown, bounced or cancelled"),
    Column("code", Integer, nullable=False, server_default="0"),
    Column("reply", Words, nullable=False, server_default=""),
    Column("at", Instant, nullable=True),
)

told = Table(
    "told",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("firing", Id, ForeignKey("firing.id"), nullable=False),
    Column("kind", Text, nullable=False, comment="alert, all_clear or stand_down"),
    Column("person", Words, nullable=False),
    Column("email", Key, nullable=False),
    Column("outbox", Id, ForeignKey("outbox.id"), nullable=True, comment="null while it waits for a digest"),
    Column("outcome", Words, nullable=False, server_default="queued"),
    Column("at", Instant, nullable=False),
    UniqueConstraint("firing", "kind", "email"),
    Index("ix_told_outbox", "outbox"),
    Index("ix_told_unsent", "email", "kind", **partial(UNSENT)),
)
