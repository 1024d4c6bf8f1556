-- A witness's store, version 1: per log, the largest tree that it has cosigned.
CREATE TABLE seen (
    origin TEXT    PRIMARY KEY CHECK (origin <> ''),
    size   INTEGER NOT NULL CHECK (size >= 0),
    root   BLOB    NOT NULL CHECK (length(root) = 32),
    time   INTEGER NOT NULL CHECK (time > 0) -- Unix seconds of the cosignature
) STRICT;

CREATE TRIGGER seen_grows BEFORE UPDATE ON seen WHEN NEW.size < OLD.size OR NEW.origin <> OLD.origin
BEGIN SELECT RAISE(ABORT, 'a witness never goes back'); END;
CREATE TRIGGER seen_kept BEFORE DELETE ON seen BEGIN SELECT RAISE(ABORT, 'a witness never forgets'); END;
