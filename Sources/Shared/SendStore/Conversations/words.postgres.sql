-- A parameter is a column of the batch: one statement takes all its rows.

-- said
/* The newest first. Without an app: of all tenants. The last word may be only begun. Without blocks: of whatever age.
   The planner knows nothing of the words: it is not to choose another way than their index. */
WITH said AS MATERIALIZED (
  SELECT key, conversation, at, words FROM inbound_messages
  WHERE said_words(words, key)
    @@ to_tsquery('simple', replace((:words::text[])[1], ' ', ' & ') || ':*' || (:blocks::text[])[1]))
SELECT m.key, m.conversation, m.at, m.words FROM said m JOIN conversations c ON c.key = m.conversation
WHERE m.key < (:before::bigint[])[1] AND m.key >= (:start::bigint[])[1]
  AND ((:app::text[])[1] IS NULL OR (c.app = (:app::text[])[1] AND c.company = (:company::text[])[1]))
ORDER BY m.key DESC LIMIT (:limit::bigint[])[1];

-- newest
SELECT coalesce(max(key), 0) AS key FROM inbound_messages;

-- ofMessage
/* By what the provider calls it. */
SELECT DISTINCT conversation FROM inbound_messages WHERE provider_id = (:provider_id::text[])[1];

-- withAddress
SELECT c.key AS conversation FROM conversations c JOIN identities i ON i.person = c.person
JOIN lanes l ON l.key = c.lane
WHERE l.name = (:sender::text[])[1] AND i.value = (:address::text[])[1] AND i.app = c.app AND i.company = c.company;

-- rewrite
/* Nothing: it is left to PostgreSQL's own upkeep. */
UPDATE counters SET value = value WHERE name = '' AND value = (:pages::bigint[])[1];

-- rewriteNames
UPDATE counters SET value = value WHERE name = '' AND value = (:pages::bigint[])[1];

-- written
SELECT 0::bigint AS count;
