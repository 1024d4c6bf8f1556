-- Location. What is asked, agreed and looked at; no number stands here, and no location is ever kept.

-- `state` is requested, given or refused; `consent` what was given, and then `expires` its end.
CREATE TABLE location_asks (
    id BLOB PRIMARY KEY,
    client TEXT NOT NULL,
    org TEXT NOT NULL,
    requester TEXT NOT NULL,
    recipient TEXT NOT NULL,
    purpose TEXT NOT NULL,
    precision TEXT NOT NULL,
    lasting TEXT NOT NULL,
    rate INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    state TEXT NOT NULL,
    consent TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX location_asks_expires ON location_asks (expires);
CREATE INDEX location_asks_consent ON location_asks (consent) WHERE consent != '';

-- `idx` is HMAC(index key of location, number); `turns` the looks left of a consent for one, -1 for any number, and
-- `tries` how many of them were begun. `by` is sms or key.
CREATE TABLE location_consents (
    id TEXT PRIMARY KEY,
    handle TEXT NOT NULL,
    idx BLOB NOT NULL,
    client TEXT NOT NULL,
    org TEXT NOT NULL,
    requester TEXT NOT NULL,
    recipient TEXT NOT NULL,
    purpose TEXT NOT NULL,
    precision TEXT NOT NULL,
    rate INTEGER NOT NULL,
    given INTEGER NOT NULL,
    until INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    by TEXT NOT NULL,
    basis TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX location_consents_handle ON location_consents (handle);
CREATE INDEX location_consents_idx ON location_consents (idx);
CREATE INDEX location_consents_until ON location_consents (until);

-- However a consent ends, its ask is forgotten by a sweep: not before the client that polls could hear of it.
CREATE TRIGGER location_asks_over AFTER DELETE ON location_consents BEGIN
    UPDATE location_asks SET expires = OLD.given + 900 * (OLD.by = 'sms') WHERE consent = OLD.id AND consent != '';
END;

-- A token goes with its consent, in the same moment.
CREATE TABLE location_tokens (
    hash BLOB PRIMARY KEY,
    consent TEXT NOT NULL REFERENCES location_consents (id) ON DELETE CASCADE,
    client TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX location_tokens_consent ON location_tokens (consent);
CREATE INDEX location_tokens_expires ON location_tokens (expires);

-- Looks of the last hour and more, by their permit; `outcome` is what the courier says became of it.
CREATE TABLE location_looks (
    permit TEXT PRIMARY KEY,
    consent TEXT NOT NULL REFERENCES location_consents (id) ON DELETE CASCADE,
    at INTEGER NOT NULL,
    outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX location_looks_consent ON location_looks (consent, at);
CREATE INDEX location_looks_at ON location_looks (at);

CREATE TABLE location_paused (
    handle TEXT PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records that a yes by text made, without a key; `since` is the last yes, or minus when a sweep found it over.
CREATE TABLE location_keyless (
    handle TEXT PRIMARY KEY,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX location_keyless_since ON location_keyless (since);
