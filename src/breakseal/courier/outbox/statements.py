"""The store's statements: named, with parameters only."""

from __future__ import annotations

from typing import Final, LiteralString

ADD_MESSAGE: Final[LiteralString] = (
    "INSERT INTO messages (permit, kind, channel, recipient, about, words, language, code, taken, expires, state,"
    " attempts, next_try, reason, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?, '', 0)"
)
STATE_OF: Final[LiteralString] = "SELECT state FROM messages WHERE permit = ?"
DUE: Final[LiteralString] = (
    "SELECT permit, kind, channel, recipient, about, words, language, code, taken, expires, attempts FROM messages"
    " WHERE state = 'waiting' AND (next_try <= ? OR expires <= ?) ORDER BY next_try LIMIT ?"
)
BEGIN_TRY: Final[LiteralString] = (
    "UPDATE messages SET attempts = attempts + 1, next_try = ?, channel = ? WHERE permit = ? AND state = 'waiting'"
)
MARK_SENT: Final[LiteralString] = (
    "UPDATE messages SET state = 'sent', recipient = x'', code = x'', reason = ''"
    " WHERE permit = ? AND state = 'waiting'"
)
MARK_LATER: Final[LiteralString] = "UPDATE messages SET reason = ? WHERE permit = ? AND state = 'waiting'"
MARK_FAILED: Final[LiteralString] = (
    "UPDATE messages SET state = 'failed', reason = ?, code = x'' WHERE permit = ? AND state = 'waiting'"
)
# A renewed permit may carry a new address: the person changed it while the message waited.
RENEW: Final[LiteralString] = (
    "UPDATE messages SET recipient = ?, words = ?, language = ?, code = ?, expires = ?, told = 0,"
    " next_try = CASE state WHEN 'failed' THEN ? ELSE next_try END, state = 'waiting'"
    " WHERE permit = ? AND kind = 'notice' AND state <> 'sent'"
)
TELL_AGAIN: Final[LiteralString] = "UPDATE messages SET told = 0 WHERE permit = ? AND state <> 'waiting'"
UNTOLD: Final[LiteralString] = (
    "SELECT permit, state FROM messages WHERE state <> 'waiting' AND kind = 'notice' AND told = 0 LIMIT ?"
)
MARK_TOLD: Final[LiteralString] = "UPDATE messages SET told = 1 WHERE permit = ?"
WAITING: Final[LiteralString] = (
    "SELECT count(*), coalesce(min(taken), 0) FROM messages WHERE state = 'waiting'"
)

ADD_CLAIM: Final[LiteralString] = (
    "INSERT INTO claims (digest, channel, number, code_mac, expires, tries, attestation)"
    " VALUES (?, ?, ?, ?, ?, 0, x'')"
)
GET_CLAIM: Final[LiteralString] = (
    "SELECT channel, number, code_mac, expires, tries, attestation FROM claims WHERE digest = ?"
)
COUNT_TRY: Final[LiteralString] = "UPDATE claims SET tries = tries + 1 WHERE digest = ?"
UNCOUNT_TRY: Final[LiteralString] = "UPDATE claims SET tries = tries - 1 WHERE digest = ?"
# The number is not needed any more once the attestation holds it.
KEEP_ATTESTATION: Final[LiteralString] = (
    "UPDATE claims SET attestation = ?, number = x'' WHERE digest = ? AND attestation = x''"
)

ADD_MADE: Final[LiteralString] = "INSERT INTO made (number, at) VALUES (?, ?)"
MADE_SINCE: Final[LiteralString] = "SELECT count(*) FROM made WHERE number = ? AND at > ?"
ALL_MADE_SINCE: Final[LiteralString] = "SELECT count(*) FROM made WHERE at > ?"

GET_SWEPT: Final[LiteralString] = "SELECT before FROM swept WHERE id = 1"
SET_SWEPT: Final[LiteralString] = "UPDATE swept SET before = max(before, ?) WHERE id = 1"
SWEEP_MESSAGES: Final[LiteralString] = (
    "DELETE FROM messages WHERE expires < ? AND state <> 'waiting' AND (told = 1 OR kind <> 'notice')"
)
SWEEP_CLAIMS: Final[LiteralString] = "DELETE FROM claims WHERE expires < ?"
SWEEP_MADE: Final[LiteralString] = "DELETE FROM made WHERE at < ?"
