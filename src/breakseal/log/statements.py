"""The log store's statements: named, with parameters only."""

from __future__ import annotations

from typing import Final, LiteralString

ADD_IDENTITY: Final[LiteralString] = "INSERT INTO identity (id, origin, vkey) VALUES (1, ?, ?)"
GET_IDENTITY: Final[LiteralString] = "SELECT origin, vkey FROM identity WHERE id = 1"

ADD_ENTRY: Final[LiteralString] = "INSERT INTO entries (idx, leaf_hash, entry) VALUES (?, ?, ?)"
FIND_ENTRY: Final[LiteralString] = "SELECT idx FROM entries WHERE leaf_hash = ?"
FIND_AT_ONCE: Final = 32
FIND_ENTRIES: Final[LiteralString] = (
    "SELECT leaf_hash, idx FROM entries WHERE leaf_hash IN ("  # noqa: S608 # adds question marks only
    + ", ".join(["?"] * FIND_AT_ONCE)
    + ")"
)
GET_ENTRIES: Final[LiteralString] = "SELECT entry FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx"
GET_LEAF_HASHES: Final[LiteralString] = (
    "SELECT leaf_hash FROM entries WHERE idx >= ? AND idx < ? ORDER BY idx"
)
COUNT_FROM: Final[LiteralString] = "SELECT count(*) FROM entries WHERE idx >= ?"
LAST_ENTRY: Final[LiteralString] = "SELECT max(idx) FROM entries"

ADD_TILE: Final[LiteralString] = "INSERT INTO tiles (level, number, root, hashes) VALUES (?, ?, ?, ?)"
GET_TILE: Final[LiteralString] = "SELECT hashes FROM tiles WHERE level = ? AND number = ?"
GET_TILE_ROOTS: Final[LiteralString] = (
    "SELECT root FROM tiles WHERE level = ? AND number >= ? AND number < ? ORDER BY number"
)

ADD_CHECKPOINT: Final[LiteralString] = "INSERT INTO checkpoints (size, root, note, time) VALUES (?, ?, ?, ?)"
GET_CHECKPOINT: Final[LiteralString] = "SELECT size, root, note, time FROM checkpoints WHERE size = ?"
LAST_CHECKPOINT: Final[LiteralString] = (
    "SELECT size, root, note, time FROM checkpoints ORDER BY size DESC LIMIT 1"
)
FIRST_CHECKPOINT: Final[LiteralString] = (
    "SELECT size, root, note, time FROM checkpoints ORDER BY size LIMIT 1"
)
# The index on time ends in the primary key, so this is one step in it.
CHECKPOINT_BEFORE: Final[LiteralString] = (
    "SELECT size, root, note, time FROM checkpoints WHERE time < ? ORDER BY time DESC, size DESC LIMIT 1"
)

ADD_PUBLISHED: Final[LiteralString] = "INSERT INTO published (size, time) VALUES (?, ?)"
LAST_PUBLISHED: Final[LiteralString] = "SELECT size, time FROM published ORDER BY size DESC LIMIT 1"
