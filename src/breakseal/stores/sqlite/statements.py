"""The statements of the main store on SQLite, by name."""

from __future__ import annotations

from typing import Final

ADD_SESSION: Final = """
INSERT OR REPLACE INTO sessions (token_hash, kind, handle, "key", until, org, role, position)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
SESSION: Final = """
SELECT kind, handle, "key", until, org, role, position FROM sessions WHERE token_hash = ? AND until > ?
"""
END_SESSION: Final = "DELETE FROM sessions WHERE token_hash = ?"
SWEEP_SESSIONS: Final = "DELETE FROM sessions WHERE until <= ?"

STAGE: Final = """
INSERT INTO records (handle, category, version, pending, updated, ciphertext) VALUES (?, ?, ?, 1, ?, ?)
ON CONFLICT DO NOTHING
"""
STAGED: Final = """
SELECT ciphertext = ? FROM records WHERE handle = ? AND category = ? AND version = ? AND pending = 1
"""
PROMOTE: Final = "UPDATE records SET pending = 0 WHERE handle = ? AND category = ? AND version = ?"
DROP_OTHERS: Final = "DELETE FROM records WHERE handle = ? AND category = ? AND version <> ?"
UNSTAGE: Final = "DELETE FROM records WHERE handle = ? AND category = ? AND version = ? AND pending = 1"
RECORDS: Final = "SELECT category, version, pending, ciphertext FROM records WHERE handle = ?"
LINES: Final = """
SELECT category, version, updated FROM records WHERE handle = ? AND pending = 0 ORDER BY category
"""
FORGET_ALL: Final = "DELETE FROM records WHERE handle = ?"
FORGET: Final = "DELETE FROM records WHERE handle = ? AND category = ?"
