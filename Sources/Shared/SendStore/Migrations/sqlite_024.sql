-- What assistants were asked and what it cost, what of their answers is still to go, and how far they have answered.

CREATE TABLE assistant_calls (
  key INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  assistant TEXT NOT NULL,
  model TEXT NOT NULL,
  -- A hash of all that it was told.
  prompt TEXT NOT NULL,
  begun INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  -- In millionths of the currency.
  money INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  -- JSON: messages that it wrote and that nobody got.
  withheld BLOB
) STRICT;
CREATE INDEX assistant_calls_of ON assistant_calls (conversation, key);
CREATE INDEX assistant_calls_old ON assistant_calls (ended);

-- Scopes are 0 a conversation, 1 an assistant, 2 a tenant. Days are those of UTC since 1970.
CREATE TABLE assistant_use (
  scope INTEGER NOT NULL,
  name TEXT NOT NULL,
  day INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  money INTEGER NOT NULL,
  PRIMARY KEY (scope, name, day)
) WITHOUT ROWID, STRICT;
CREATE INDEX assistant_use_old ON assistant_use (day);

-- How far the contact is answered, and how often that went wrong since.
CREATE TABLE assistant_places (
  conversation INTEGER PRIMARY KEY,
  -- The last message that was answered.
  answered INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  -- Since when the endpoint is away; NULL: it is not.
  away INTEGER
) STRICT;
-- What was written before is looked after, but where somebody waits.
INSERT INTO assistant_places (conversation, answered, failures)
SELECT c.key, max(m.key), 0 FROM conversations c JOIN inbound_messages m ON m.conversation = c.key
WHERE c.due IS NULL GROUP BY c.key;

-- Messages of one answer, of which the next goes once the one before it is out of our hands.
CREATE TABLE assistant_replies (
  conversation INTEGER NOT NULL,
  place INTEGER NOT NULL,
  send BLOB NOT NULL,
  content BLOB NOT NULL,
  expires INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  is_queued INTEGER NOT NULL,
  PRIMARY KEY (conversation, place)
) WITHOUT ROWID, STRICT;

-- Those that an assistant answers.
CREATE INDEX conversations_asking ON conversations (due)
  WHERE due IS NOT NULL AND assistant IS NOT NULL AND is_assistant_on = 1 AND mode = 0 /* automatic */;

-- The index alone: the names stand in persons.
CREATE VIRTUAL TABLE person_words USING fts5 (name, content = 'persons', content_rowid = 'key',
  tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER person_words_added AFTER INSERT ON persons WHEN new.name IS NOT NULL BEGIN
  INSERT INTO person_words (rowid, name) VALUES (new.key, new.name);
END;
CREATE TRIGGER person_words_removed AFTER DELETE ON persons WHEN old.name IS NOT NULL BEGIN
  INSERT INTO person_words (person_words, rowid, name) VALUES ('delete', old.key, old.name);
END;
CREATE TRIGGER person_words_left AFTER UPDATE OF name ON persons WHEN old.name IS NOT NULL BEGIN
  INSERT INTO person_words (person_words, rowid, name) VALUES ('delete', old.key, old.name);
END;
CREATE TRIGGER person_words_came AFTER UPDATE OF name ON persons WHEN new.name IS NOT NULL BEGIN
  INSERT INTO person_words (rowid, name) VALUES (new.key, new.name);
END;
INSERT INTO person_words (rowid, name) SELECT key, name FROM persons WHERE name IS NOT NULL;
