-- Whose order it is and when it was handed in, so that an agency's list, or the papers that wait, is read without opening
-- every other order. Orders of before have no agency here and stand in no list; they work as they did.
ALTER TABLE orders ADD COLUMN agency TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN lodged INTEGER NOT NULL DEFAULT 0;
CREATE INDEX orders_agency ON orders (agency, lodged);
CREATE INDEX orders_waiting ON orders (lodged) WHERE needs > 0 AND ended = 0;
