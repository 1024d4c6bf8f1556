-- Exigent requests. `sealed` is the number under a key of its own (vault `exigent/<digest>`), until an hour after the request
-- is over; the row outlives it, because the review is owed. `began` is when the second officer signed; `used` the looks had;
-- `state` alone, confirmed or denied, as the agency said when it was called back last; `result` what the review found, empty
-- before; `spoke` the reviewer who said either last.
CREATE TABLE exigent (
    digest BLOB PRIMARY KEY,
    org TEXT NOT NULL,
    officer TEXT NOT NULL,
    trail INTEGER NOT NULL REFERENCES trails (id),
    began INTEGER NOT NULL,
    used INTEGER NOT NULL,
    state TEXT NOT NULL,
    result TEXT NOT NULL,
    spoke TEXT NOT NULL,
    sealed BLOB NOT NULL,
    ended INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX exigent_org ON exigent (org, result, began);
CREATE INDEX exigent_live ON exigent (began) WHERE ended = 0;
CREATE INDEX exigent_ended ON exigent (ended) WHERE sealed != x'';
