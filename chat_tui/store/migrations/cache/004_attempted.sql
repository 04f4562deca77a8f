-- What was given to the network, apart from the outbox: tells an outbox file that went back in time.
CREATE TABLE attempted (
    outbox_id TEXT PRIMARY KEY,
    attempt INTEGER NOT NULL,
    attempt_at INTEGER NOT NULL,
    base_message_id INTEGER
) WITHOUT ROWID;
CREATE INDEX attempted_at ON attempted (attempt_at);
