-- Orders of courts. `sealed` is the order as the court signed it, under a key of its own (vault `order/<digest>`), because
-- it names a phone; the row outlives it, so that no docket counts twice. `looks` are those left, `defer` is until when
-- telling is put off; `needs` how many reviewers must still call the court, 0 for what a court's key signed.
CREATE TABLE orders (
    digest BLOB PRIMARY KEY,
    court TEXT NOT NULL,
    docket TEXT NOT NULL,
    sealed BLOB NOT NULL,
    looks INTEGER NOT NULL,
    until INTEGER NOT NULL,
    defer INTEGER NOT NULL,
    needs INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX orders_docket ON orders (court, docket);
CREATE INDEX orders_live ON orders (until) WHERE ended = 0;
CREATE INDEX orders_ended ON orders (ended) WHERE sealed != x'';

CREATE TABLE reviews (
    digest BLOB NOT NULL REFERENCES orders (digest),
    officer TEXT NOT NULL,
    PRIMARY KEY (digest, officer)
) STRICT, WITHOUT ROWID;

-- Entries whose notice an order of a court defers until `due`: in the log, and in no list yet. `trail` is the list that
-- they join; `joined` when they did, 0 before. `org` has them overdue.
CREATE TABLE deferred (
    hash BLOB PRIMARY KEY,
    trail INTEGER NOT NULL REFERENCES trails (id),
    org TEXT NOT NULL,
    basis TEXT NOT NULL,
    due INTEGER NOT NULL,
    joined INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX deferred_due ON deferred (due) WHERE joined = 0;
CREATE INDEX deferred_trail ON deferred (trail);
