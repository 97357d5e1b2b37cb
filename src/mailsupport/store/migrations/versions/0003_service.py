"""Who answers a ticket and what it waits for; warnings and excused lapses; what was agreed; absences told by mail; digests."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add what assignment, waiting, warnings, pinned contracts, absences and digests need."""
    op.add_column("ticket", sa.Column("assignee", sa.Text, nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("waiting_for", sa.Text, nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("waiting_until", INSTANT, nullable=True))
    op.create_index("ix_ticket_waiting_until", "ticket", ["waiting_until"], **_only("waiting_until IS NOT NULL"))
    op.create_index("ix_ticket_assignee", "ticket", ["assignee"], **_only("assignee <> '' AND state <> 'closed'"))
    op.create_index("ix_ticket_customer", "ticket", ["customer", "number"], **_only("customer <> '' AND state <> 'closed'"))
    op.add_column("clock", sa.Column("warn_at", INSTANT, nullable=True))
    op.add_column("clock", sa.Column("warned", sa.Integer, nullable=False, server_default="0"))
    op.add_column("clock", sa.Column("excused", sa.Text, nullable=False, server_default=""))
    op.create_index("ix_clock_warn_at", "clock", ["warn_at"], **_only("warn_at IS NOT NULL"))
    with op.batch_alter_table("told") as told:
        told.alter_column("outbox", existing_type=ID, nullable=True)
    op.create_index("ix_told_unsent", "told", ["email", "kind"], **_only("outcome = 'waiting'"))
    undecided = "state = 'open' AND reason = 'answered_since' AND until IS NOT NULL"
    op.create_index("ix_hold_until", "hold", ["until"], **_only(undecided))
    op.create_table(
        "agreement",
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_agreement"),
    )
    op.create_table(
        "absence",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("start_at", INSTANT, nullable=False),
        sa.Column("end_at", INSTANT, nullable=False),
        sa.Column("deputy", sa.Text, nullable=False, server_default=""),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
    )
    op.create_index("ix_absence_end_at", "absence", ["end_at"])


def _only(condition: str) -> dict[str, Any]:
    """Return the options of an index over the rows where `condition` holds."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
