"""The statements about conversations, stops and looks: named, with parameters only."""

from __future__ import annotations

from typing import Final, LiteralString

ADD_ASK: Final[LiteralString] = (
    "INSERT INTO asks (ask, permit, client, who, number, terms, code, language, taken, expires, tries, state)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"
)
ASK_KNOWN: Final[LiteralString] = "SELECT 1 FROM asks WHERE ask = ? OR permit = ?"
# A stopped or spent ask counts as open while it lives, so that asking again tells nothing about a person's STOP.
OPEN_OF_CLIENT: Final[LiteralString] = (
    "SELECT count(*) FROM asks WHERE who = ? AND client = ? AND state NOT IN ('yes', 'no') AND expires > ?"
)
TAKEN_OF_CLIENT: Final[LiteralString] = "SELECT count(*) FROM asks WHERE who = ? AND client = ? AND taken > ?"
TAKEN_OF_ALL: Final[LiteralString] = "SELECT count(*) FROM asks WHERE who = ? AND taken > ?"
OPEN_ASKS: Final[LiteralString] = (
    "SELECT ask, number, terms, code, language, expires, tries FROM asks"
    " WHERE who = ? AND state = 'open' AND expires > ? ORDER BY taken, ask"
)
LAST_LANGUAGE: Final[LiteralString] = (
    "SELECT language FROM asks WHERE who = ? AND state <> 'silent' ORDER BY taken DESC LIMIT 1"
)
SET_LANGUAGE: Final[LiteralString] = "UPDATE asks SET language = ? WHERE ask = ?"
COUNT_TRY: Final[LiteralString] = "UPDATE asks SET tries = tries + 1 WHERE ask = ?"
# The number and the code are not needed any more.
CLOSE_ASK: Final[LiteralString] = (
    "UPDATE asks SET state = ?, number = x'', code = x'' WHERE ask = ? AND state = 'open'"
)

ADD_REPORT: Final[LiteralString] = (
    "INSERT INTO reports (kind, ask, answer, lasting, who, number, reply, terms, language, statement, until, tries,"
    " next_try, made, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, x'', 0, 0, ?, ?, 'waiting')"
)
DUE_REPORTS: Final[LiteralString] = (
    "SELECT id, kind, ask, answer, lasting, who, number, reply, terms, language, statement, until, tries"
    " FROM reports WHERE state = 'waiting' AND next_try <= ? ORDER BY kind = 'answered', id LIMIT ?"
)
KEEP_STATEMENT: Final[LiteralString] = "UPDATE reports SET statement = ?, until = ? WHERE id = ?"
FINISH_REPORT: Final[LiteralString] = (
    "UPDATE reports SET state = ?, number = x'', statement = x'' WHERE id = ? AND state = 'waiting'"
)
REPORT_AGAIN: Final[LiteralString] = (
    "UPDATE reports SET tries = tries + 1, next_try = ? WHERE id = ? AND state = 'waiting'"
)
REPORT_LATER: Final[LiteralString] = (
    "UPDATE reports SET tries = tries + 1, next_try = ?, statement = x'', until = 0"
    " WHERE id = ? AND state = 'waiting'"
)
# INVARIANT: a yes that the keyholder has not yet taken does not outlive a STOP.
DROP_YES: Final[LiteralString] = (
    "UPDATE reports SET state = 'dropped', number = x'', statement = x''"
    " WHERE who = ? AND state = 'waiting' AND kind = 'answered' AND answer = 'yes'"
)
STOP_WAITS: Final[LiteralString] = (
    "SELECT 1 FROM reports WHERE who = ? AND state = 'waiting' AND kind = 'stopped' LIMIT 1"
)

# A longer stop, and a later word, is never made shorter or earlier.
SET_STOP: Final[LiteralString] = (
    "INSERT INTO stops (who, at, until) VALUES (?1, ?2, ?3) ON CONFLICT (who) DO UPDATE SET at = max(at, ?2),"
    " until = CASE WHEN until = 0 OR ?3 = 0 THEN 0 ELSE max(until, ?3) END"
)
GET_STOP: Final[LiteralString] = "SELECT 1 FROM stops WHERE who = ? AND (until = 0 OR until > ?)"
LIFT_STOP: Final[LiteralString] = "DELETE FROM stops WHERE who = ? AND at <= ?"

ADD_HEARD: Final[LiteralString] = "INSERT INTO heard (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
ADD_REPLY: Final[LiteralString] = "INSERT INTO replies (who, at) VALUES (?, ?)"
REPLIES_SINCE: Final[LiteralString] = "SELECT count(*) FROM replies WHERE who = ? AND at > ?"
ALL_REPLIES_SINCE: Final[LiteralString] = "SELECT count(*) FROM replies WHERE at > ?"
DROP_TEXTS: Final[LiteralString] = (
    "UPDATE messages SET state = 'failed', reason = 'stopped', recipient = x'', code = x''"
    " WHERE kind = 'text' AND state = 'waiting' AND permit LIKE ? || '/%'"
)
LAST_AGREED: Final[LiteralString] = (
    "SELECT language FROM messages WHERE kind = 'notice' AND words = 'agreed' AND about = ? ORDER BY taken DESC LIMIT 1"
)
DROP_AGREED: Final[LiteralString] = (
    "UPDATE messages SET state = 'failed', reason = 'stopped', recipient = x'', code = x''"
    " WHERE kind = 'notice' AND words = 'agreed' AND state = 'waiting' AND about = ?"
)

ADD_LOOK: Final[LiteralString] = (
    "INSERT INTO looks (permit, expires, state, told) VALUES (?, ?, 'asked', 0) ON CONFLICT (permit) DO NOTHING"
)
FINISH_LOOK: Final[LiteralString] = "UPDATE looks SET state = ? WHERE permit = ? AND state = 'asked'"
# Of one whose process ended nobody knows whether its answer left: it counts as given, never twice.
LOSE_LOOKS: Final[LiteralString] = "UPDATE looks SET state = 'sent' WHERE state = 'asked' AND expires < ?"
UNTOLD_LOOKS: Final[LiteralString] = (
    "SELECT permit, state FROM looks WHERE state <> 'asked' AND told = 0 LIMIT ?"
)
TOLD_LOOK: Final[LiteralString] = "UPDATE looks SET told = 1 WHERE permit = ?"

GET_SIDE: Final[LiteralString] = "SELECT inside FROM fences WHERE watch = ? AND seen > ?"
SET_SIDE: Final[LiteralString] = (
    "INSERT INTO fences (watch, inside, seen) VALUES (?1, ?2, ?3)"
    " ON CONFLICT (watch) DO UPDATE SET inside = ?2, seen = ?3"
)
DROP_SIDE: Final[LiteralString] = "DELETE FROM fences WHERE watch = ?"
SWEEP_SIDES: Final[LiteralString] = "DELETE FROM fences WHERE seen <= ?"

SWEEP: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM asks WHERE max(expires, taken) < ?1",
    "DELETE FROM reports WHERE state <> 'waiting' AND made < ?1",
    "DELETE FROM stops WHERE until <> 0 AND until < ?1",
    "DELETE FROM heard WHERE at < ?1",
    "DELETE FROM replies WHERE at < ?1",
    "DELETE FROM looks WHERE expires < ?1 AND told = 1",
)
