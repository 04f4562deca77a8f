-- What getBusinessOrders and getReturn told, at read_at; is_found = 0: the Market gave nothing under this number.
-- asked_at is later when it was asked again in vain: what was told once stays. Amounts are text, as they came.
CREATE TABLE order_reading (
    order_id INTEGER PRIMARY KEY,
    read_at INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    is_found INTEGER NOT NULL,
    campaign_id INTEGER,
    status TEXT NOT NULL DEFAULT '',
    substatus TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL DEFAULT 0,
    total TEXT,
    currency TEXT,
    delivery_kind TEXT NOT NULL DEFAULT '',
    service TEXT NOT NULL DEFAULT '',
    from_day TEXT NOT NULL DEFAULT '',
    to_day TEXT NOT NULL DEFAULT '',
    real_day TEXT NOT NULL DEFAULT '',
    kept_to_day TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    is_estimated INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE return_reading (
    return_id INTEGER PRIMARY KEY,
    read_at INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    is_found INTEGER NOT NULL,
    order_id INTEGER,
    created_at INTEGER NOT NULL DEFAULT 0,
    refund_status TEXT NOT NULL DEFAULT '',
    is_fast INTEGER NOT NULL DEFAULT 0,
    amount TEXT,
    currency TEXT
);
CREATE TABLE order_line (
    order_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER,
    price TEXT,
    currency TEXT,
    PRIMARY KEY (order_id, n)
) WITHOUT ROWID;
CREATE TABLE return_line (
    return_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    name TEXT NOT NULL,
    count INTEGER,
    PRIMARY KEY (return_id, n)
) WITHOUT ROWID;
-- The other chats of a buyer.
CREATE INDEX chat_customer ON chat (customer_public_id) WHERE customer_public_id IS NOT NULL;
