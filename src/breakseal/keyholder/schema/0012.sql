-- What an opening writes lies together, so that its transaction touches few pages: each page that it touches is written
-- and synced. Bodies stand apart from leaves, whose rows change once more when their place is known; answered requests
-- are kept, and found, in the order in which they were signed.
CREATE TABLE bodies (
    entry INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT;
INSERT INTO bodies SELECT rowid, sealed FROM entries WHERE sealed != x'';

CREATE TABLE entries_anew (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    trail INTEGER NOT NULL REFERENCES trails (id),
    n INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    idx INTEGER,
    UNIQUE (trail, n)
) STRICT;
INSERT INTO entries_anew SELECT rowid, hash, trail, n, leaf, idx FROM entries;
DROP TABLE entries;
ALTER TABLE entries_anew RENAME TO entries;
-- What is not logged yet, and how far the log is known: both asked for at each start.
CREATE INDEX entries_idx ON entries (idx);

CREATE TABLE openings_anew (
    issued INTEGER NOT NULL,
    request BLOB NOT NULL,
    hash BLOB NOT NULL,
    handle TEXT NOT NULL,
    opened TEXT NOT NULL,
    expires INTEGER NOT NULL,
    UNIQUE (issued, request)
) STRICT;
-- When those of before were signed was not kept: they stand under 0, where `prepare` looks too.
INSERT INTO openings_anew SELECT 0, request, hash, handle, opened, expires FROM openings;
DROP TABLE openings;
ALTER TABLE openings_anew RENAME TO openings;
