-- Words are folded in another way: what was indexed before is told again, in the background, the highest first.
INSERT INTO message_search (message_search) VALUES ('delete-all');
INSERT INTO chat_search (chat_search) VALUES ('delete-all');
INSERT OR REPLACE INTO cursor (key, value)
    SELECT 'unindexed messages', max(id) FROM message HAVING max(id) IS NOT NULL;
INSERT OR REPLACE INTO cursor (key, value)
    SELECT 'unindexed chats', max(chat_id) FROM chat HAVING max(chat_id) IS NOT NULL;
