-- The keyholder's store. Times are Unix seconds; keys and bodies are sealed, never in clear.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Statements taken, by the SHA-256 of their payload, so that none works twice; kept until `forget`.
CREATE TABLE statements (
    digest BLOB PRIMARY KEY,
    forget INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX statements_forget ON statements (forget);

-- Root-signed statements whole: the register can be rebuilt from them.
CREATE TABLE enrolments (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    envelope BLOB NOT NULL,
    active_from INTEGER NOT NULL,
    PRIMARY KEY (kind, id, active_from)
) STRICT;

-- Keys under the epoch key of the root backend. A row that is gone is a key that is destroyed.
CREATE TABLE vault (
    name TEXT PRIMARY KEY,
    epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_epoch ON vault (epoch);

CREATE TABLE trails (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    n INTEGER NOT NULL,
    link TEXT NOT NULL,
    die INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, owner)
) STRICT;

-- One row a leaf. `idx` is its place in the log once that is known; `sealed` is salt and body under K_trail.
CREATE TABLE entries (
    hash BLOB PRIMARY KEY,
    trail INTEGER NOT NULL REFERENCES trails (id),
    n INTEGER NOT NULL,
    leaf BLOB NOT NULL,
    sealed BLOB NOT NULL,
    idx INTEGER,
    UNIQUE (trail, n)
) STRICT;
CREATE INDEX entries_unlogged ON entries (idx) WHERE idx IS NULL;

CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    org TEXT NOT NULL,
    spec BLOB NOT NULL,
    label TEXT NOT NULL,
    position TEXT NOT NULL,
    parent TEXT NOT NULL,
    active_from INTEGER NOT NULL,
    until INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX keys_holder ON keys (kind, holder);
CREATE INDEX keys_parent ON keys (parent);

CREATE TABLE organisations (
    org TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    places TEXT NOT NULL,
    active_from INTEGER NOT NULL,
    roster_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE officers (
    officer TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE offers (
    key TEXT PRIMARY KEY,
    org TEXT NOT NULL,
    name TEXT NOT NULL,
    spec BLOB NOT NULL,
    offered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE subjects (
    handle TEXT PRIMARY KEY,
    trail INTEGER NOT NULL REFERENCES trails (id),
    frozen INTEGER NOT NULL DEFAULT 0,
    erased INTEGER NOT NULL DEFAULT 0,
    created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE grants (
    handle TEXT NOT NULL,
    purpose TEXT NOT NULL,
    categories TEXT NOT NULL,
    anywhere INTEGER NOT NULL,
    places TEXT NOT NULL,
    granted INTEGER NOT NULL,
    PRIMARY KEY (handle, purpose)
) STRICT, WITHOUT ROWID;

-- `idx` is HMAC(index key of the programme, number); `sealed` the number under the subject's key.
CREATE TABLE numbers (
    idx BLOB PRIMARY KEY,
    handle TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    sealed BLOB NOT NULL,
    bound INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX numbers_handle ON numbers (handle);

CREATE TABLE claims (
    digest BLOB PRIMARY KEY,
    handle TEXT NOT NULL,
    channel TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The data key of the one current version, under the subject's key.
CREATE TABLE records (
    handle TEXT NOT NULL,
    category TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    writer TEXT NOT NULL,
    written INTEGER NOT NULL,
    PRIMARY KEY (handle, category)
) STRICT, WITHOUT ROWID;

CREATE TABLE channels (
    handle TEXT PRIMARY KEY,
    sealed BLOB NOT NULL,
    timing TEXT NOT NULL,
    words TEXT NOT NULL,
    language TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The latest event of each call. `ended` is 0 while it lives.
CREATE TABLE calls (
    org TEXT NOT NULL,
    call TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event TEXT NOT NULL,
    digest BLOB NOT NULL,
    position TEXT NOT NULL,
    officer TEXT NOT NULL,
    started INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    PRIMARY KEY (org, call)
) STRICT, WITHOUT ROWID;

-- Requests answered, so that a retry gets the same entry and nothing is opened twice for one request.
CREATE TABLE openings (
    request BLOB PRIMARY KEY,
    hash BLOB NOT NULL,
    handle TEXT NOT NULL,
    opened TEXT NOT NULL,
    expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE permits (
    id TEXT PRIMARY KEY,
    handle TEXT NOT NULL,
    call TEXT NOT NULL,
    about TEXT NOT NULL,
    due INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    done TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX permits_due ON permits (due) WHERE done = '';

CREATE TABLE cases (
    id TEXT PRIMARY KEY,
    handle TEXT NOT NULL,
    leaf BLOB NOT NULL,
    opened INTEGER NOT NULL,
    read INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE budgets (
    holder TEXT NOT NULL,
    kind TEXT NOT NULL,
    hour INTEGER NOT NULL,
    spent INTEGER NOT NULL,
    PRIMARY KEY (holder, kind)
) STRICT, WITHOUT ROWID;
