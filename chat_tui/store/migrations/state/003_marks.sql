-- The few chats that are put off or done, among the many of which something was seen.
CREATE INDEX mark_held ON mark (chat_id) WHERE coalesce(done, snooze_until) IS NOT NULL;
