-- Missing-person cases, by the agency's own name of them (`reference`): a renewal is the same row under the digest of what was
-- signed last. `idx` is the index of location of the phone (as in `location_consents`), until an hour after the case is over;
-- `began` is when the second officer signed last; `permit` that of the one fix, empty while there was none; `found` when
-- one of the two said so, `ended` when a sweep found it over. The row stays, so that no name serves a second fix.
CREATE TABLE missing (
    org TEXT NOT NULL,
    reference TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    officer TEXT NOT NULL,
    second TEXT NOT NULL,
    trail INTEGER NOT NULL REFERENCES trails (id),
    idx BLOB NOT NULL,
    began INTEGER NOT NULL,
    permit TEXT NOT NULL,
    found INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    PRIMARY KEY (org, reference)
) STRICT, WITHOUT ROWID;
CREATE INDEX missing_phone ON missing (org, idx, began);
CREATE INDEX missing_live ON missing (began) WHERE ended = 0;
CREATE INDEX missing_ended ON missing (ended) WHERE idx != x'';
CREATE INDEX missing_permit ON missing (permit) WHERE permit != '';
CREATE INDEX missing_trail ON missing (trail) WHERE ended = 0;

-- A fix is what the courier says was sent: a look of which nothing came is given back.
CREATE TRIGGER missing_given_back AFTER UPDATE OF outcome ON location_looks WHEN NEW.outcome != 'sent' BEGIN
    UPDATE missing SET permit = '' WHERE permit = NEW.permit AND permit != '';
END;
