-- open copies since: 4
-- The clocks when a wait was told: the one on the wall, and the one that counts since the machine was started
-- (`told_boot` names that start). `not_before` is by the first and is turned into the second by this pair.
ALTER TABLE outbox ADD COLUMN told_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN told_boot TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN told_uptime INTEGER NOT NULL DEFAULT 0;
