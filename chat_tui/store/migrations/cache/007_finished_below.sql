-- One order for the tabs of disputes, returns and questions: first what needs us, in the order of WAITING; then
-- what is open, and last, below a line, what is finished, both the newest first.
-- dispute_bucket and turn_bucket have no use any more; not every SQLite can drop a column.
DROP INDEX chat_dispute;
DROP INDEX chat_return;
DROP INDEX chat_question;
ALTER TABLE chat ADD COLUMN need_bucket INTEGER AS (
    CASE
        WHEN status = 'FINISHED' THEN 2
        -- An open dispute needs us like any chat, but also after a message of the arbiter.
        WHEN waiting_bucket = 0 AND last_speaker = 'PARTNER' AND newest_sender IN ('PARTNER', 'MARKET') THEN 1
        WHEN waiting_bucket IS NOT NULL THEN 0
        ELSE 1
    END
);
ALTER TABLE chat ADD COLUMN need_order INTEGER AS (
    CASE need_bucket WHEN 0 THEN waiting_order ELSE newest_order END
);
CREATE INDEX chat_dispute ON chat (need_bucket, need_order, chat_id) WHERE kind = 'ARBITRAGE';
CREATE INDEX chat_return ON chat (need_bucket, need_order, chat_id) WHERE context_kind = 'RETURN';
CREATE INDEX chat_question ON chat (need_bucket, need_order, chat_id) WHERE context_kind = 'DIRECT';
