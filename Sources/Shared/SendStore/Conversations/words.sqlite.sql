-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- said
/* The newest first. Without an app: of all tenants. The last word may be only begun. Without blocks: of any age. */
SELECT m.key, m.conversation, m.at, m.words FROM inbound_words w JOIN inbound_messages m ON m.key = w.rowid
JOIN conversations c ON c.key = m.conversation
WHERE inbound_words MATCH :words || '*' AND w.rowid < :before AND (:blocks = '' OR w.rowid >= :start)
  AND (:app IS NULL OR (c.app = :app AND c.company = :company))
ORDER BY w.rowid DESC LIMIT :limit;

-- newest
SELECT coalesce(max(key), 0) AS key FROM inbound_messages;

-- ofMessage
/* By what the provider calls it. */
SELECT DISTINCT conversation FROM inbound_messages WHERE provider_id = :provider_id;

-- withAddress
SELECT c.key AS conversation FROM conversations c JOIN identities i ON i.person = c.person
JOIN lanes l ON l.key = c.lane
WHERE l.name = :sender AND i.value = :address AND i.app = c.app AND i.company = c.company;

-- rewrite
/* Some pages of the index: what was deleted stands there until its pages are written anew. */
INSERT INTO inbound_words (inbound_words, rank) VALUES ('merge', :pages);

-- rewriteNames
INSERT INTO person_words (person_words, rank) VALUES ('merge', :pages);

-- written
SELECT total_changes() AS count;
