-- Version 3: on which side of its fence a phone was, and looks after which nobody wants to be told any more ('over').

ALTER TABLE looks RENAME TO looks_2;

CREATE TABLE looks (
    permit  TEXT    PRIMARY KEY,
    expires INTEGER NOT NULL,
    state   TEXT    NOT NULL CHECK (state IN ('asked', 'sent', 'failed', 'over')),
    told    INTEGER NOT NULL CHECK (told IN (0, 1))
) STRICT;

INSERT INTO looks SELECT * FROM looks_2;
DROP TABLE looks_2;
CREATE INDEX looks_untold ON looks (permit) WHERE told = 0;
CREATE INDEX looks_asked ON looks (expires) WHERE state = 'asked';
CREATE INDEX looks_over ON looks (expires) WHERE told = 1;

-- One row a watch that was checked: no number, area or place; forgotten hours after the last check.
CREATE TABLE fences (
    watch  TEXT    PRIMARY KEY,
    inside INTEGER NOT NULL CHECK (inside IN (0, 1)),
    seen   INTEGER NOT NULL
) STRICT;

CREATE INDEX fences_seen ON fences (seen);
