-- Every change of a chat or of its messages gets the next number, so that other copies find what changed.
ALTER TABLE chat ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE INDEX chat_revision ON chat (revision);
-- What a walk through the active statuses should meet again.
CREATE INDEX chat_active ON chat (chat_id) WHERE status = 'NEW' OR status = 'WAITING_FOR_PARTNER';
-- Whose history is not here from its beginning, the newest first.
CREATE INDEX chat_partly ON chat (newest_order, chat_id) WHERE hist_full = 0;
