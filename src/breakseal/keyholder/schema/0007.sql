-- Watches: areas of which a client is told, under a consent, when the phone enters or leaves them. A watch goes with its
-- consent, in the same moment. `sealed` is a `Watched` under the subject's key, which says what else is to be told at
-- the end. `tell` is what is to be done next: started, first (the first check), check, SUBSCRIPTION_DELETED, or nothing
-- any more; `next` when it is due. `left` is the events left (-1: any number), `until` the end.
CREATE TABLE location_watches (
    id TEXT PRIMARY KEY,
    consent TEXT NOT NULL REFERENCES location_consents (id) ON DELETE CASCADE,
    sealed BLOB NOT NULL,
    tell TEXT NOT NULL,
    left INTEGER NOT NULL,
    until INTEGER NOT NULL,
    next INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX location_watches_consent ON location_watches (consent);
CREATE INDEX location_watches_next ON location_watches (next) WHERE tell != '';
CREATE INDEX location_watches_until ON location_watches (until);

-- A check's permit begins with the id of its watch (16 bytes in base64url). The courier says of it that an event was told
-- (sent), which may have been the last, or that nobody wants to be told any more (over).
CREATE TRIGGER location_watches_told AFTER UPDATE OF outcome ON location_looks WHEN NEW.outcome IN ('sent', 'over') BEGIN
    DELETE FROM location_watches WHERE id = substr(NEW.permit, 1, 22) AND (left = 1 OR NEW.outcome = 'over');
    UPDATE location_watches SET left = left - 1 WHERE id = substr(NEW.permit, 1, 22) AND left > 0;
END;
