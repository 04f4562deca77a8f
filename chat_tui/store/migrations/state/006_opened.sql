-- open copies since: 5
-- The chat that each running copy has open. A row counts while its copy holds the kernel lock of this number
-- in `copies.lock`: it ends with the process, so what a killed copy left behind is known at once. `copy` is that of `presence`.
CREATE TABLE opened (
    lock INTEGER PRIMARY KEY,
    copy TEXT NOT NULL,
    chat_id INTEGER NOT NULL,
    stage INTEGER NOT NULL,
    operator TEXT NOT NULL
);
