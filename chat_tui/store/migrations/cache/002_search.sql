-- Words are folded and cut to their stems by chat_tui/stems.py; the tokenizer only splits them at blanks.
-- Contentless: a row is deleted by telling its stems again, so nothing is kept twice.
-- rowid = message.id
CREATE VIRTUAL TABLE message_search USING fts5(stem, content='', columnsize=0, tokenize='ascii');
-- rowid = chat.chat_id: the buyer's name, and the numbers of order and return
CREATE VIRTUAL TABLE chat_search USING fts5(stem, content='', columnsize=0, tokenize='ascii');

-- Rows up to these are not indexed yet; it is done in the background, the highest first.
INSERT INTO cursor (key, value) SELECT 'unindexed messages', max(id) FROM message HAVING max(id) IS NOT NULL;
INSERT INTO cursor (key, value) SELECT 'unindexed chats', max(chat_id) FROM chat HAVING max(chat_id) IS NOT NULL;
