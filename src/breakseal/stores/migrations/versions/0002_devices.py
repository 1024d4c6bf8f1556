"""Devices that report where they are, and their sealed fixes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "devices",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("key_hash", sa.LargeBinary, nullable=False),
        sa.Column("point", sa.LargeBinary, nullable=False),
        sa.Column("label", sa.LargeBinary, nullable=False),
        sa.Column("made", sa.BigInteger, nullable=False),
    )
    op.create_index("devices_handle", "devices", ["handle"])
    op.create_table(
        "fixes",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("fixes_at", "fixes", ["at"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("fixes_at", "fixes")
    op.drop_table("fixes")
    op.drop_index("devices_handle", "devices")
    op.drop_table("devices")
