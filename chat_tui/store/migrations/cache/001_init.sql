-- Enumerations are text: the Market may add words. Times are UTC milliseconds.
-- The places of a chat in the tabs are computed by the database, so that no write can forget them.
CREATE TABLE chat (
    chat_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    context_kind TEXT NOT NULL,
    order_id INTEGER,
    return_id INTEGER,
    campaign_id INTEGER,
    customer_name TEXT,
    customer_public_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    listed_at INTEGER NOT NULL,
    waiting_since INTEGER,
    -- What the history says about the turn.
    newest_id INTEGER,
    newest_at INTEGER,
    newest_sender TEXT NOT NULL DEFAULT '',
    newest_has_file INTEGER NOT NULL DEFAULT 0,
    last_speaker TEXT NOT NULL DEFAULT '',
    buyer_since INTEGER,
    snippet TEXT NOT NULL DEFAULT '',
    -- How much of the history is here.
    hist_lo INTEGER,
    hist_hi INTEGER,
    hist_full INTEGER NOT NULL DEFAULT 0,
    older_token TEXT,
    -- Reads of the newest messages that did not explain updated_at: three, then we believe the history.
    vain_reads INTEGER NOT NULL DEFAULT 0,

    waiting_bucket INTEGER AS (
        CASE WHEN kind = 'ARBITRAGE' AND status <> 'FINISHED' THEN 0 WHEN waiting_since IS NOT NULL THEN 1 END
    ),
    waiting_order INTEGER AS (coalesce(waiting_since, updated_at)),
    dispute_bucket INTEGER AS (CASE kind WHEN 'ARBITRAGE' THEN status = 'FINISHED' END),
    newest_order INTEGER AS (-updated_at),
    turn_bucket INTEGER AS (waiting_since IS NULL),
    turn_order INTEGER AS (coalesce(waiting_since, -updated_at)),
    behind_bucket INTEGER AS (
        CASE
            WHEN vain_reads >= 3 OR updated_at <= coalesce(newest_at, -1) THEN NULL
            WHEN kind = 'ARBITRAGE' AND status <> 'FINISHED' THEN 0
            WHEN waiting_since IS NOT NULL THEN 1
            -- Only its history tells whether a buyer has written in it.
            WHEN status = 'NEW' THEN 1
            WHEN hist_hi IS NOT NULL OR hist_full THEN 2
        END
    )
);
CREATE INDEX chat_all ON chat (newest_order, chat_id);
CREATE INDEX chat_waiting ON chat (waiting_bucket, waiting_order, chat_id) WHERE waiting_bucket IS NOT NULL;
CREATE INDEX chat_dispute ON chat (dispute_bucket, newest_order, chat_id) WHERE dispute_bucket IS NOT NULL;
-- The context is in these two only so that counting need not look at the chats.
CREATE INDEX chat_return ON chat (context_kind, turn_bucket, turn_order, chat_id)
    WHERE context_kind = 'RETURN';
CREATE INDEX chat_question ON chat (context_kind, turn_bucket, turn_order, chat_id)
    WHERE context_kind = 'DIRECT';
CREATE INDEX chat_behind ON chat (behind_bucket, turn_order, chat_id) WHERE behind_bucket IS NOT NULL;
CREATE INDEX chat_order ON chat (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX chat_of_return ON chat (return_id) WHERE return_id IS NOT NULL;

CREATE TABLE shop (
    campaign_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    business_id INTEGER NOT NULL,
    business_name TEXT NOT NULL,
    placement TEXT NOT NULL,
    availability TEXT NOT NULL
);

-- id = created_at << 20 | the low 20 bits of message_id, the next free one on collision: newest first by id.
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    sender TEXT NOT NULL,
    text TEXT,
    UNIQUE (chat_id, message_id)
);
-- Our last answer is found at once, however long the buyer has been talking alone.
CREATE INDEX message_own ON message (chat_id, message_id) WHERE sender = 'PARTNER';

CREATE TABLE attachment (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    name TEXT,
    url TEXT,
    size INTEGER,
    PRIMARY KEY (chat_id, message_id, n)
) WITHOUT ROWID;

CREATE TABLE cursor (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
