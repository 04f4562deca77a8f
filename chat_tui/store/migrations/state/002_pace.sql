-- Moments here are milliseconds since the machine was started (`boot` names that start): clocks on walls jump.
DROP TABLE budget;
CREATE TABLE budget (
    operation TEXT PRIMARY KEY,
    boot TEXT NOT NULL,
    quota INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    resets_at INTEGER NOT NULL,
    used INTEGER NOT NULL,
    paced_to INTEGER NOT NULL,
    held_to INTEGER NOT NULL,
    refusals INTEGER NOT NULL
) WITHOUT ROWID;

-- At most one row: until when fewer requests may be under way at once.
CREATE TABLE narrow (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    boot TEXT NOT NULL,
    until INTEGER NOT NULL
);

-- At most one row: who polls the list for all copies, by the number of the lock it holds.
DROP TABLE leader;
CREATE TABLE leader (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    boot TEXT NOT NULL,
    term INTEGER NOT NULL,
    pid INTEGER NOT NULL,
    beat INTEGER NOT NULL
);

-- When somebody was last active at each running copy.
CREATE TABLE presence (
    copy TEXT PRIMARY KEY,
    boot TEXT NOT NULL,
    active_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX mark_at ON mark (at);
