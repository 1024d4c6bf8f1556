-- Consents by a person's own key. `challenge` is the SHA-256 of the secret by which their client takes tokens; `told` is when
-- the courier said that the phone was told, 0 before, and then nobody looks.
CREATE TABLE location_by_key (
    consent TEXT PRIMARY KEY REFERENCES location_consents (id) ON DELETE CASCADE,
    challenge BLOB NOT NULL,
    language TEXT NOT NULL,
    told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Texts to come about consents by key, by their permit: of one `consent`, or ('') every month of all of the phone `idx`.
CREATE TABLE location_texts (
    permit TEXT PRIMARY KEY,
    consent TEXT NOT NULL,
    idx BLOB NOT NULL,
    due INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    UNIQUE (consent, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX location_texts_due ON location_texts (due);

-- However a consent ends, nobody is told of it any more; and of none, once it was the last by key of its phone.
CREATE TRIGGER location_texts_over AFTER DELETE ON location_consents BEGIN
    DELETE FROM location_texts WHERE consent = OLD.id OR consent = '' AND idx = OLD.idx
        AND NOT EXISTS (SELECT 1 FROM location_consents WHERE idx = OLD.idx AND by = 'key');
END;

-- Before this there were consents by key in the demo only. None of their phones was told: they open nothing and can be ended.
INSERT INTO location_by_key SELECT id, zeroblob(32), 'en', 0 FROM location_consents WHERE by = 'key';

-- Until when the overseers' word on an organisation lets its clients ask where phones are; set anew as enrolments are applied.
ALTER TABLE organisations ADD COLUMN proved_until INTEGER NOT NULL DEFAULT 0;
