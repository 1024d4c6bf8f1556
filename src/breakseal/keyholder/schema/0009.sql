-- Looks of which the courier has said nothing: on their way, withheld, or never given to it.
CREATE INDEX location_looks_open ON location_looks (at) WHERE outcome IN ('', 'withheld');

-- Phones whose carrier said that they have another SIM or another holder, by the index of location, and when. Whoever
-- answers a question there next is nobody that we know.
CREATE TABLE location_moved (
    idx BLOB PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
