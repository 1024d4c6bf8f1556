-- Version 2: conversations about consent, what they came to, numbers that said STOP, and single looks.
-- No number, code or place stands here in clear.

ALTER TABLE messages RENAME TO messages_1;

CREATE TABLE messages (
    permit    TEXT    PRIMARY KEY, -- of a text: what names it (`location.texts`)
    kind      TEXT    NOT NULL CHECK (kind IN ('code', 'notice', 'text')),
    channel   TEXT    NOT NULL CHECK (channel IN ('sms', 'voice', 'desk', 'mail', '')), -- '' until the address is opened
    recipient BLOB    NOT NULL, -- sealed to the courier; empty once the message is sent
    about     BLOB    NOT NULL CHECK (length(about) = 32),
    words     TEXT    NOT NULL,
    language  TEXT    NOT NULL,
    code      BLOB    NOT NULL, -- AES-256-GCM under a key outside this file: a code, or a whole text; empty once sent
    taken     INTEGER NOT NULL, -- Unix seconds
    expires   INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
    attempts  INTEGER NOT NULL,
    next_try  INTEGER NOT NULL,
    reason    TEXT    NOT NULL, -- machine reason of the last failure
    told      INTEGER NOT NULL CHECK (told IN (0, 1)) -- the keyholder knows the outcome
) STRICT;

INSERT INTO messages SELECT * FROM messages_1;
DROP TABLE messages_1;
CREATE INDEX messages_due ON messages (state, next_try);

-- One row a question put to a phone, or kept back because its number said STOP ('silent').
CREATE TABLE asks (
    ask      BLOB    PRIMARY KEY CHECK (length(ask) = 16),
    permit   TEXT    NOT NULL UNIQUE, -- this makes the permit single-use
    client   TEXT    NOT NULL,        -- the id of the client's key
    who      BLOB    NOT NULL CHECK (length(who) = 32), -- HMAC of the number
    number   BLOB    NOT NULL,        -- sealed to the courier; empty once the ask is closed
    terms    BLOB    NOT NULL,        -- canonical, as the permit says them
    code     BLOB    NOT NULL,        -- AES-256-GCM; empty once the ask is closed
    language TEXT    NOT NULL CHECK (language IN ('en', 'es')),
    taken    INTEGER NOT NULL,
    expires  INTEGER NOT NULL,
    tries    INTEGER NOT NULL CHECK (tries >= 0),
    state    TEXT    NOT NULL CHECK (state IN ('open', 'silent', 'yes', 'no', 'stopped', 'spent'))
) STRICT;

CREATE INDEX asks_who ON asks (who, taken);

-- One row a word of a person's for the keyholder, until it took it.
CREATE TABLE reports (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind      TEXT    NOT NULL CHECK (kind IN ('answered', 'stopped')),
    ask       BLOB    NOT NULL, -- 16 bytes for 'answered', else empty
    answer    TEXT    NOT NULL, -- 'yes' or 'no'; for 'stopped' why: 'stopped' or 'moved'
    lasting   TEXT    NOT NULL CHECK (lasting IN ('once', 'day')),
    who       BLOB    NOT NULL CHECK (length(who) = 32),
    number    BLOB    NOT NULL, -- sealed to the courier; empty once it is finished
    reply     TEXT    NOT NULL, -- which words the phone gets once it is accepted; '' none
    terms     BLOB    NOT NULL, -- the ask's, for those words; empty for 'stopped'
    language  TEXT    NOT NULL CHECK (language IN ('en', 'es')),
    statement BLOB    NOT NULL, -- the signed envelope under way; empty before
    until     INTEGER NOT NULL, -- the end of that envelope
    tries     INTEGER NOT NULL,
    next_try  INTEGER NOT NULL,
    made      INTEGER NOT NULL,
    state     TEXT    NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused', 'dropped'))
) STRICT;

CREATE INDEX reports_due ON reports (state, next_try);
CREATE INDEX reports_who ON reports (who, state);

-- Numbers about which nothing is asked or answered; `until` 0 lasts until START.
CREATE TABLE stops (
    who   BLOB    PRIMARY KEY CHECK (length(who) = 32),
    at    INTEGER NOT NULL, -- when the person wrote it, as the gateway says
    until INTEGER NOT NULL
) STRICT;

-- What came in already: a hash of the gateway's id.
CREATE TABLE heard (
    id BLOB    PRIMARY KEY CHECK (length(id) = 32),
    at INTEGER NOT NULL
) STRICT;

-- One row a reply of the courier's, for the budget.
CREATE TABLE replies (
    who BLOB    NOT NULL CHECK (length(who) = 32),
    at  INTEGER NOT NULL
) STRICT;

CREATE INDEX replies_who ON replies (who, at);
CREATE INDEX replies_at ON replies (at);

-- One row a permit to locate that was used.
CREATE TABLE looks (
    permit  TEXT    PRIMARY KEY,
    expires INTEGER NOT NULL,
    state   TEXT    NOT NULL CHECK (state IN ('asked', 'sent', 'failed')),
    told    INTEGER NOT NULL CHECK (told IN (0, 1))
) STRICT;

-- The rounds look at what is under way; a day of looks lies beside it.
CREATE INDEX looks_untold ON looks (permit) WHERE told = 0;
CREATE INDEX looks_asked ON looks (expires) WHERE state = 'asked';
CREATE INDEX looks_over ON looks (expires) WHERE told = 1;
