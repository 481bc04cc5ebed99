"""Cases, what each came to, and who was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables."""
    schema = "evenhand_cases" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("by", sa.String(200)),
        sa.Column("logged_in", sa.Boolean),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.UniqueConstraint("case_id", "version", name="one_event_per_version"),
        schema=schema,
    )
    op.create_table(
        "figures",
        sa.Column("case_id", sa.String(80), primary_key=True),
        sa.Column("night", sa.String(10), nullable=False),
        sa.Column("harm", sa.Float, nullable=False),
        sa.Column("parts", sa.Text, nullable=False),
        schema=schema,
    )
    op.create_table(
        "messages",
        sa.Column("night", sa.String(10), primary_key=True),
        sa.Column("person", sa.String(200), primary_key=True),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        schema=schema,
    )


def downgrade() -> None:
    """Nothing is taken back: what people wrote would be lost."""
    raise NotImplementedError("the case store is append-only; restore a backup to go back")
