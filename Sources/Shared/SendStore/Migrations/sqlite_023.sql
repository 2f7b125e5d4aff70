-- Contacts that can be looked for, merged and parted again, where an opt-out came from, and words that can be searched.

-- Small letters without accents.
ALTER TABLE persons ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE persons SET folded = lower(coalesce(name, ''));
-- They turned out to be that one.
ALTER TABLE persons ADD COLUMN merged_into INTEGER;
CREATE INDEX persons_by_tenant ON persons (app, company, key);
CREATE INDEX identities_by_value ON identities (value);

-- What became whose, so that it can be undone. JSON: identities are pairs of kind and value, conversations are ids.
CREATE TABLE merges (
  key INTEGER PRIMARY KEY,
  into_person INTEGER NOT NULL,
  from_person INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  identities TEXT NOT NULL,
  conversations TEXT NOT NULL,
  undone INTEGER
) STRICT;
CREATE INDEX merges_into ON merges (into_person);
CREATE INDEX merges_from ON merges (from_person);

-- The conversation in which this one goes on, as their contacts are one.
ALTER TABLE conversations ADD COLUMN continued_in INTEGER;
CREATE INDEX conversations_continued ON conversations (continued_in) WHERE continued_in IS NOT NULL;

ALTER TABLE contacts ADD COLUMN opt_out_source TEXT;

-- The index alone: the words stand in inbound_messages.
CREATE VIRTUAL TABLE inbound_words USING fts5 (words, content = 'inbound_messages', content_rowid = 'key',
  tokenize = 'unicode61 remove_diacritics 2');
CREATE TRIGGER inbound_words_added AFTER INSERT ON inbound_messages WHEN new.words <> '' BEGIN
  INSERT INTO inbound_words (rowid, words) VALUES (new.key, new.words);
END;
CREATE TRIGGER inbound_words_removed AFTER DELETE ON inbound_messages WHEN old.words <> '' BEGIN
  INSERT INTO inbound_words (inbound_words, rowid, words) VALUES ('delete', old.key, old.words);
END;
INSERT INTO inbound_words (rowid, words) SELECT key, words FROM inbound_messages WHERE words <> '';
CREATE INDEX inbound_messages_by_provider ON inbound_messages (provider_id);
