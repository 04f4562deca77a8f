-- Whoever puts a chat off does so against the newest message known: the buyer's next one brings it back.
ALTER TABLE mark ADD COLUMN snoozed INTEGER;
-- So far a chat put off until a moment stayed away whoever wrote; such a one keeps its moment.
UPDATE mark SET snoozed = CASE snooze_kind WHEN 'buyer' THEN snooze_until ELSE 9223372036854775807 END
    WHERE snooze_kind IS NOT NULL;
UPDATE mark SET snooze_until = NULL WHERE snooze_kind = 'buyer';
DROP INDEX mark_held;
ALTER TABLE mark DROP COLUMN snooze_kind;
CREATE INDEX mark_held ON mark (chat_id) WHERE coalesce(done, snoozed) IS NOT NULL;
CREATE INDEX mark_until ON mark (snooze_until) WHERE snooze_until IS NOT NULL;

ALTER TABLE mark ADD COLUMN pinned INTEGER;
CREATE INDEX mark_pinned ON mark (chat_id) WHERE pinned IS NOT NULL;

CREATE TABLE label (
    chat_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (chat_id, name)
) WITHOUT ROWID;
CREATE INDEX label_name ON label (name, chat_id);
