-- A parameter is a column of the batch: one statement takes all its rows.

-- said
/* The newest first. Without an app: of all tenants. The last word may be only begun. */
SELECT m.key, m.conversation, m.at, m.words FROM inbound_messages m JOIN conversations c ON c.key = m.conversation
WHERE to_tsvector('simple', fold_words(m.words)) 
  @@ to_tsquery('simple', replace((:words::text[])[1], ' ', ' & ') || ':*')
  AND m.key < (:before::bigint[])[1]
  AND ((:app::text[])[1] IS NULL OR (c.app = (:app::text[])[1] AND c.company = (:company::text[])[1]))
ORDER BY m.key DESC LIMIT (:limit::bigint[])[1];

-- ofMessage
/* By what the provider calls it. */
SELECT DISTINCT conversation FROM inbound_messages WHERE provider_id = (:provider_id::text[])[1];

-- withAddress
SELECT c.key AS conversation FROM conversations c JOIN identities i ON i.person = c.person
JOIN lanes l ON l.key = c.lane
WHERE l.name = (:sender::text[])[1] AND i.value = (:address::text[])[1] AND i.app = c.app AND i.company = c.company;
