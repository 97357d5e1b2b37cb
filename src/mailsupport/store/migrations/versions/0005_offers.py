"""Whose turn it was to answer a ticket and what they did; who has how many; what waits longest; which way a mail went."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add offers, and the indexes that tell how loaded somebody is and what was passed over."""
    op.create_table(
        "offer",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket", ID, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
        sa.ForeignKeyConstraint(["ticket"], ["ticket.number"], name="fk_offer_ticket"),
        sa.UniqueConstraint("ticket", "person", "round", name="uq_offer_ticket_person_round"),
    )
    op.create_index("ix_offer_until", "offer", ["until"], **_only("state = 'open'"))
    op.create_index("ix_offer_person", "offer", ["person", "id"])
    op.create_index("ix_offer_offered_at", "offer", ["offered_at"])
    loaded = "assignee <> '' AND state <> 'closed' AND state <> 'answered'"
    op.create_index("ix_ticket_loaded", "ticket", ["assignee"], **_only(loaded))
    op.create_index("ix_clock_waiting", "clock", ["due_at"], **_only("stopped_at IS NULL"))
    op.create_index("ix_clock_lapsed_at", "clock", ["lapsed_at"], **_only("lapsed_at IS NOT NULL"))
    op.create_index("ix_mail_received_at", "mail", ["received_at"], **_only("person <> ''"))
    op.create_index("ix_log_at", "log", ["at"], **_only("event = 'dropped' OR event = 'out_of_order'"))
    op.add_column("outbox", sa.Column("route", sa.Text, nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("copy", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_outbox_copy", "outbox", ["mailbox"], **_only("copy <> ''"))


def _only(condition: str) -> dict[str, Any]:
    """Return the options of an index over the rows where `condition` holds."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
