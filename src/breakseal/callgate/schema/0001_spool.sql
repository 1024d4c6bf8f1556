-- What the callgate keeps. No number, place or name: callers are sealed to the keyholder before they are written.
CREATE TABLE call (
  call TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  event TEXT NOT NULL,
  position TEXT NOT NULL,
  officer TEXT NOT NULL,
  caller TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  call TEXT NOT NULL,
  seq INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  made INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'refused', 'expired')),
  reason TEXT NOT NULL DEFAULT '',
  UNIQUE (call, seq)
) STRICT;

CREATE INDEX event_waiting ON event (id) WHERE state = 'waiting';

CREATE TABLE kept (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;
