"""The main store's tables, for every engine. Schema changes are Alembic revisions; a test compares the two."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256 of the cookie
    Column("kind", Text, nullable=False),
    Column("handle", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("org", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("position", Text, nullable=False),
    Index("sessions_until", "until"),
)

records = Table(
    "records",
    metadata,
    Column("handle", Text, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("pending", Boolean, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("device", Text, primary_key=True),
    Column("handle", Text, nullable=False),
    Column("key_hash", LargeBinary, nullable=False),  # SHA-256 of the device's key
    Column("point", LargeBinary, nullable=False),
    Column("label", LargeBinary, nullable=False),  # sealed by the person's browser
    Column("made", BigInteger, nullable=False),
    Index("devices_handle", "handle"),
)

fixes = Table(
    "fixes",
    metadata,
    Column("device", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("fixes_at", "at"),
)
