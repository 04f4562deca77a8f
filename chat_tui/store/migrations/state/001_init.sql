-- What cannot be read again from the Market. Times are UTC milliseconds.
CREATE TABLE draft (
    chat_id INTEGER NOT NULL,
    copy TEXT NOT NULL DEFAULT '',
    text TEXT NOT NULL,
    caret INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (chat_id, copy)
) WITHOUT ROWID;

CREATE TABLE mark (
    chat_id INTEGER PRIMARY KEY,
    seen INTEGER,
    snooze_until INTEGER,
    snooze_kind TEXT,
    done INTEGER,
    at INTEGER NOT NULL
);

CREATE TABLE note (chat_id INTEGER PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL);

CREATE TABLE budget (
    operation TEXT PRIMARY KEY,
    quota INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    resets_at INTEGER NOT NULL
) WITHOUT ROWID;

-- At most one row: who polls the list for all copies.
CREATE TABLE leader (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    term INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    beat INTEGER NOT NULL
);

CREATE TABLE outbox (
    outbox_id TEXT PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file_size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0,
    attempt_at INTEGER NOT NULL DEFAULT 0,
    base_message_id INTEGER,
    unclear_at INTEGER,
    looks INTEGER NOT NULL DEFAULT 0,
    message_id INTEGER,
    problem TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    in_doubt INTEGER NOT NULL DEFAULT 0,
    is_released INTEGER NOT NULL DEFAULT 0,
    asked_at INTEGER NOT NULL,
    UNIQUE (chat_id, seq)
);
-- A message of the history satisfies one item only.
CREATE UNIQUE INDEX outbox_claim ON outbox (chat_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_open ON outbox (chat_id, seq, state) WHERE state <> 'confirmed';
CREATE INDEX outbox_unlinked ON outbox (chat_id, seq) WHERE message_id IS NULL;
