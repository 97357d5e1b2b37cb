"""Tickets know their requester's key and where they were merged; ids that a provider made of ours, and mails split off."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEW = sa.text("state = 'new'")


def upgrade() -> None:
    """Add what grouping, merging and splitting ask for."""
    op.add_column("ticket", sa.Column("requester_key", sa.Text, nullable=False, server_default=""))
    op.add_column("ticket", sa.Column("merged_into", ID, nullable=True))
    op.execute(sa.text("UPDATE ticket SET requester_key = lower(requester_email) WHERE length(requester_email) <= 250"))
    op.create_index("ix_ticket_requester", "ticket", ["requester_key", "received_at"], sqlite_where=NEW, postgresql_where=NEW)
    merged = sa.text("merged_into IS NOT NULL")
    op.create_index("ix_ticket_merged_into", "ticket", ["merged_into"], sqlite_where=merged, postgresql_where=merged)
    op.create_table(
        "alias",
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("ticket", ID, sa.ForeignKey("ticket.number", name="fk_alias_ticket"), nullable=False),
        sa.Column("split", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_alias"),
    )
