"""The tables beside tickets and mails: what was said once and is remembered. Part of `store.schema`, whose rules hold here."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from mailsupport.store.columns import Id, Instant, Key, Words, partial

OFFERED = "state = 'open'"
"""The condition of a partial index, as in `store.schema`."""

UNDECIDED = "state = 'open' AND reason = 'answered_since' AND until IS NOT NULL"
"""Held answers that become notes when their author says nothing: the condition of a partial index."""

OF_TURNS = "event = 'dropped' OR event = 'out_of_order'"
"""What is counted for everybody: the condition of a partial index."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

agreement = Table(
    "agreement",
    metadata,
    Column("version", Key, primary_key=True, comment="digest of what was promised; tickets name it"),
    Column("name", Words, nullable=False, comment="the contract's name"),
    Column("content", JSON, nullable=False, comment="the contract as it was when the first ticket got it"),
    Column("kept_at", Instant, nullable=False),
)

absence = Table(
    "absence",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("person", Key, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("end_at", Instant, nullable=False),
    Column("deputy", Words, nullable=False, server_default=""),
    Column("source", Words, nullable=False, comment="command or notice"),
    Column("said_at", Instant, nullable=False),
    Index("ix_absence_end_at", "end_at"),
    comment="what people said by mail; the settings hold the rest",
)

offer = Table(
    "offer",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True, comment="grows: the highest of a person is their last turn"),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=False),
    Column("round", Integer, nullable=False, comment="each asks everybody once"),
    Column("person", Key, nullable=False),
    Column("offered_at", Instant, nullable=False),
    Column("until", Instant, nullable=False, comment="the next one is asked then; when it was given: at once"),
    Column("state", Text, nullable=False, comment="open, given, dropped, taken, passed, expired or over"),
    Column("ended_at", Instant, nullable=True),
    UniqueConstraint("ticket", "person", "round"),
    Index("ix_offer_offered_at", "offered_at"),
    Index("ix_offer_until", "until", **partial(OFFERED)),
    Index("ix_offer_person", "person", "id"),
    comment="whose turn it was to answer a ticket, and what they did",
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("email", Key, nullable=False),
    Column("known", Boolean, nullable=False),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=False, unique=True, comment="one a ticket"),
    Column("at", Instant, nullable=False),
    Index("ix_receipt_email", "email", "at"),
    Index("ix_receipt_known", "known", "at"),
)

hold = Table(
    "hold",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("mail", Id, ForeignKey("mail.id"), nullable=False, unique=True),
    Column("ticket", Id, ForeignKey("ticket.number"), nullable=True),
    Column("person", Words, nullable=False),
    Column("purpose", Words, nullable=False, comment="what a confirmation would do"),
    Column("reason", Words, nullable=False),
    Column("state", Text, nullable=False, comment="open, confirmed or dropped"),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=True),
    Index("ix_hold_until", "until", **partial(UNDECIDED)),
)

log = Table(
    "log",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("ticket", Id, nullable=True),
    Column("at", Instant, nullable=False),
    Column("actor", Words, nullable=False),
    Column("event", Words, nullable=False),
    Column("data", JSON, nullable=False),
    Index("ix_log_ticket", "ticket", "id"),
    Index("ix_log_at", "at", **partial(OF_TURNS)),
    comment="append only",
)

lease = Table(
    "lease",
    metadata,
    Column("name", Key, primary_key=True),
    Column("holder", Words, nullable=False),
    Column("fence", BigInteger, nullable=False, comment="grows with every new holder"),
    Column("until", Instant, nullable=False),
)

daemon = Table(
    "daemon",
    metadata,
    Column("id", Key, primary_key=True),
    Column("host", Words, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("place", Words, nullable=False, comment="where that process number means something; empty when nobody can tell"),
    Column("key", Words, nullable=False, comment="fingerprint of the key it signs with"),
    Column("started_at", Instant, nullable=False),
    Column("beat_at", Instant, nullable=False),
    Column("until", Instant, nullable=False, comment="alive up to here; what it claimed is free afterwards"),
)

fact = Table(
    "fact",
    metadata,
    Column("name", Key, primary_key=True),
    Column("value", Words, nullable=False),
    Column("at", Instant, nullable=False),
    comment="single remembered things: self-tests, what the operator was told and when",
)
