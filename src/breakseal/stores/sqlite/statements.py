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

ADD_DEVICE: Final = """
INSERT INTO devices (device, handle, key_hash, point, label, made)
SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM devices WHERE handle = ?2) < ?7
"""
DEVICE: Final = "SELECT device, handle, key_hash, point, label, made FROM devices WHERE device = ?"
DEVICES: Final = """
SELECT device, handle, key_hash, point, label, made FROM devices WHERE handle = ? ORDER BY made, device
"""
END_DEVICE: Final = "DELETE FROM devices WHERE handle = ? AND device = ?"
DROP_FIXES: Final = "DELETE FROM fixes WHERE device = ?"
FORGET_FIXES: Final = "DELETE FROM fixes WHERE device IN (SELECT device FROM devices WHERE handle = ?)"
FORGET_DEVICES: Final = "DELETE FROM devices WHERE handle = ?"
KEEP_FIX: Final = """
INSERT INTO fixes (device, at, sealed) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM devices WHERE device = ?1)
ON CONFLICT DO NOTHING
"""
TRIM_FIXES: Final = """
DELETE FROM fixes WHERE device = ?1
AND at <= (SELECT at FROM fixes WHERE device = ?1 ORDER BY at DESC LIMIT 1 OFFSET ?2)
"""
FIXES: Final = """
SELECT fixes.device, fixes.at, fixes.sealed FROM devices JOIN fixes ON fixes.device = devices.device
WHERE devices.handle = ? AND fixes.at > ? ORDER BY fixes.at DESC LIMIT ?
"""
NEWEST_FIX: Final = """
SELECT fixes.device, fixes.at, fixes.sealed FROM devices JOIN fixes ON fixes.device = devices.device
AND fixes.at = (SELECT max(at) FROM fixes WHERE device = devices.device)
WHERE devices.handle = ? AND fixes.at > ? ORDER BY fixes.at DESC LIMIT 1
"""
SWEEP_FIXES: Final = "DELETE FROM fixes WHERE rowid IN (SELECT rowid FROM fixes WHERE at <= ? LIMIT ?)"
