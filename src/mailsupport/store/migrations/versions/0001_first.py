"""Everything the desk remembers: mailboxes and their mails, tickets, clocks, chains, what is sent, what happened."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Create the first tables."""
    _tickets()
    _mails()
    _mailboxes()
    _clocks()
    _outbox()
    _told()
    _memory()


def _tickets() -> None:
    op.create_table(
        "ticket",
        sa.Column("number", ID, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("contract_version", sa.Text, nullable=False),
        sa.Column("customer", sa.Text, nullable=False, server_default=""),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("requester_email", sa.Text, nullable=False),
        sa.Column("requester_name", sa.Text, nullable=False, server_default=""),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("hold_alerts_until", INSTANT, nullable=True),
        sa.Column("first_message_id", sa.Text, nullable=False, server_default=""),
        sa.Column("last_customer_message_id", sa.Text, nullable=False, server_default=""),
        sa.Column("thread_index", sa.Text, nullable=False, server_default=""),
        sa.Column("related", ID, nullable=True),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("number", name="pk_ticket"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_open", "ticket", ["number"], **_only("state <> 'closed'"))
    op.create_table(
        "participant",
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_participant_ticket"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("role", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ticket", "email", name="pk_participant"),
    )
    op.create_index("ix_participant_email", "participant", ["email"])


def _mails() -> None:
    op.create_table(
        "mail",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_mail_ticket"), nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("visibility", sa.String(8), nullable=False),
        sa.Column("author_email", sa.Text, nullable=False),
        sa.Column("author_name", sa.Text, nullable=False, server_default=""),
        sa.Column("person", sa.Text, nullable=False, server_default=""),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False, server_default=""),
        sa.Column("new_text", sa.Text, nullable=False, server_default=""),
        sa.Column("attachments", sa.JSON, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("stored_at", INSTANT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("waiting", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("verdict", sa.Text, nullable=False, server_default=""),
        sa.Column("matched", sa.Text, nullable=False, server_default=""),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.UniqueConstraint("message_id", "content_hash", name="uq_mail_message_id_content_hash"),
    )
    op.create_index("ix_mail_ticket", "mail", ["ticket", "id"])
    op.create_table(
        "raw",
        sa.Column("mail", ID, sa.ForeignKey("mail.id", name="fk_raw_mail"), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("mail", name="pk_raw"),
    )
    op.create_table(
        "reference",
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("mail", ID, sa.ForeignKey("mail.id", name="fk_reference_mail"), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "mail", name="pk_reference"),
    )
    op.create_index("ix_reference_mail", "reference", ["mail"])
    op.create_table(
        "hold",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("mail", ID, sa.ForeignKey("mail.id", name="fk_hold_mail"), nullable=False),
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_hold_ticket"), nullable=True),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        sa.UniqueConstraint("mail", name="uq_hold_mail"),
    )


def _mailboxes() -> None:
    op.create_table(
        "folder",
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("left_alone", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("attempt_to", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("read_until", INSTANT, nullable=True),
        sa.Column("unreadable_since", INSTANT, nullable=True),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("mailbox", "name", name="pk_folder"),
    )
    op.create_table(
        "ledger",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("uidvalidity", sa.BigInteger, nullable=False),
        sa.Column("uid", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("mail", ID, sa.ForeignKey("mail.id", name="fk_ledger_mail"), nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("settling", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name="pk_ledger"),
        sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name="uq_ledger_mailbox_folder_uidvalidity_uid"),
    )
    op.create_index("ix_ledger_mail", "ledger", ["mail"])
    op.create_index("ix_ledger_settling", "ledger", ["mailbox", "folder"], **_only("settling <> ''"))
    op.create_index("ix_ledger_state", "ledger", ["state"], **_only("state = 'quarantined'"))


def _clocks() -> None:
    op.create_table(
        "clock",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_clock_ticket"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.Column("lapsed_at", INSTANT, nullable=True),
        sa.Column("detected_at", INSTANT, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock"),
        sa.UniqueConstraint("ticket", "kind", "cycle", name="uq_clock_ticket_kind_cycle"),
    )
    op.create_index("ix_clock_due_at", "clock", ["due_at"], **_only("state = 'running'"))
    op.create_table(
        "chain",
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_chain_ticket"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Text, nullable=False, server_default=""),
        sa.Column("acknowledged_until", INSTANT, nullable=True),
        sa.Column("wake_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("ticket", name="pk_chain"),
    )
    op.create_index("ix_chain_wake_at", "chain", ["wake_at"], **_only("wake_at IS NOT NULL"))
    op.create_table(
        "firing",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_firing_ticket"), nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("cycle", sa.Integer, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("fired_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_firing"),
        sa.UniqueConstraint("ticket", "cause", "cycle", "round", "step", name="uq_firing_ticket_cause_cycle_round_step"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_outbox_ticket"), nullable=True),
        sa.Column("cause_mail", ID, sa.ForeignKey("mail.id", name="fk_outbox_cause_mail"), nullable=True),
        sa.Column("mailbox", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    op.create_index("ix_outbox_next", "outbox", ["rank", "next_at"], **_only("next_at IS NOT NULL"))
    op.create_index("ix_outbox_ticket", "outbox", ["ticket"])
    op.create_table(
        "recipient",
        sa.Column("outbox", ID, sa.ForeignKey("outbox.id", name="fk_recipient_outbox"), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Integer, nullable=False, server_default="0"),
        sa.Column("reply", sa.Text, nullable=False, server_default=""),
        sa.Column("at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("outbox", "email", name="pk_recipient"),
    )


def _told() -> None:
    op.create_table(
        "told",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("firing", ID, sa.ForeignKey("firing.id", name="fk_told_firing"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("outbox", ID, sa.ForeignKey("outbox.id", name="fk_told_outbox"), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False, server_default="queued"),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_told"),
        sa.UniqueConstraint("firing", "kind", "email", name="uq_told_firing_kind_email"),
    )
    op.create_index("ix_told_outbox", "told", ["outbox"])
    op.create_table(
        "receipt",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("known", sa.Boolean, nullable=False),
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_receipt_ticket"), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
        sa.UniqueConstraint("ticket", name="uq_receipt_ticket"),
    )
    op.create_index("ix_receipt_email", "receipt", ["email", "at"])
    op.create_index("ix_receipt_known", "receipt", ["known", "at"])


def _memory() -> None:
    op.create_table(
        "log",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket", ID, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log"),
    )
    op.create_index("ix_log_ticket", "log", ["ticket", "id"])
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_fact"),
    )


def _only(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
