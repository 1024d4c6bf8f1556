-- The courier's store, version 1. No number, address or code stands here in clear.

-- One row a permit that was taken: this is also what makes a permit single-use.
CREATE TABLE messages (
    permit    TEXT    PRIMARY KEY,
    kind      TEXT    NOT NULL CHECK (kind IN ('code', 'notice')),
    channel   TEXT    NOT NULL CHECK (channel IN ('sms', 'voice', 'desk', 'mail', '')), -- '' until the address is opened
    recipient BLOB    NOT NULL, -- sealed to the courier; empty once the message is sent
    about     BLOB    NOT NULL CHECK (length(about) = 32),
    words     TEXT    NOT NULL,
    language  TEXT    NOT NULL,
    code      BLOB    NOT NULL, -- AES-256-GCM under a key outside this file; empty for a notice and once sent
    taken     INTEGER NOT NULL, -- Unix seconds
    expires   INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts  INTEGER NOT NULL,
    next_try  INTEGER NOT NULL,
    reason    TEXT    NOT NULL, -- machine reason of the last failure
    told      INTEGER NOT NULL CHECK (told IN (0, 1)) -- the keyholder knows the outcome
) STRICT;

CREATE INDEX messages_due ON messages (state, next_try);

-- One row a claim for which a code was made.
CREATE TABLE claims (
    digest      BLOB    PRIMARY KEY CHECK (length(digest) = 32), -- SHA-256 of the canonical claim statement
    channel     TEXT    NOT NULL,
    number      BLOB    NOT NULL, -- sealed to the courier
    code_mac    BLOB    NOT NULL CHECK (length(code_mac) = 32),
    expires     INTEGER NOT NULL,
    tries       INTEGER NOT NULL CHECK (tries >= 0),
    attestation BLOB    NOT NULL  -- the signed attestation once the code was right, else empty
) STRICT;

-- One row a code made, for the budgets; `number` is an HMAC.
CREATE TABLE made (
    number BLOB    NOT NULL CHECK (length(number) = 32),
    at     INTEGER NOT NULL
) STRICT;

CREATE INDEX made_number ON made (number, at);
CREATE INDEX made_at ON made (at);

-- What was swept: no permit that expired before this is taken again, even if the clock goes back.
CREATE TABLE swept (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    before INTEGER NOT NULL
) STRICT;

INSERT INTO swept (id, before) VALUES (1, 0);
