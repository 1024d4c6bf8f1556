-- The log's store, version 1. Everything here is public sooner or later; nothing is ever changed or removed.

-- Whose log this is: fixed when the store is made.
CREATE TABLE identity (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT    NOT NULL CHECK (origin <> ''), -- first line of every checkpoint
    vkey   TEXT    NOT NULL                       -- the log's verifier key (C2SP signed-note)
) STRICT;

-- The log's entries, in order, without gaps.
CREATE TABLE entries (
    idx       INTEGER PRIMARY KEY CHECK (idx >= 0), -- the entry's index in the tree
    leaf_hash BLOB    NOT NULL CHECK (length(leaf_hash) = 32), -- SHA-256(0x00 || entry)
    entry     BLOB    NOT NULL
) STRICT;

-- Finds an entry that is submitted again.
CREATE UNIQUE INDEX entries_leaf_hash ON entries (leaf_hash);

-- Full tiles: 256 hashes each. Partial tiles follow from the entries and the full tiles below them.
CREATE TABLE tiles (
    level  INTEGER NOT NULL CHECK (level BETWEEN 0 AND 7),
    number INTEGER NOT NULL CHECK (number >= 0),
    root   BLOB    NOT NULL CHECK (length(root) = 32), -- the tile's hash in the level above
    hashes BLOB    NOT NULL CHECK (length(hashes) = 8192),
    UNIQUE (level, number)
) STRICT;

-- Every checkpoint that was ever signed, one for each tree size that had one.
CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY CHECK (size >= 0),
    root BLOB    NOT NULL CHECK (length(root) = 32),
    note BLOB    NOT NULL,                     -- the signed note, exactly as made
    time INTEGER NOT NULL CHECK (time > 0)     -- Unix seconds; never below an earlier size's
) STRICT;

CREATE INDEX checkpoints_time ON checkpoints (time);

-- What the public has been shown: the last row is the published view.
CREATE TABLE published (
    size INTEGER PRIMARY KEY REFERENCES checkpoints (size),
    time INTEGER NOT NULL CHECK (time > 0)     -- Unix seconds of the publication
) STRICT;

-- Guards against mistakes of ours; whoever owns the file can drop them, and the tree shows it.
CREATE TRIGGER identity_fixed BEFORE UPDATE ON identity BEGIN SELECT RAISE(ABORT, 'identity is fixed'); END;
CREATE TRIGGER identity_kept BEFORE DELETE ON identity BEGIN SELECT RAISE(ABORT, 'identity is fixed'); END;
CREATE TRIGGER entries_fixed BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_kept BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER tiles_fixed BEFORE UPDATE ON tiles BEGIN SELECT RAISE(ABORT, 'tiles are append-only'); END;
CREATE TRIGGER tiles_kept BEFORE DELETE ON tiles BEGIN SELECT RAISE(ABORT, 'tiles are append-only'); END;
CREATE TRIGGER checkpoints_fixed BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoints_kept BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER published_fixed BEFORE UPDATE ON published BEGIN SELECT RAISE(ABORT, 'publications are append-only'); END;
CREATE TRIGGER published_kept BEFORE DELETE ON published BEGIN SELECT RAISE(ABORT, 'publications are append-only'); END;
