-- A parameter is a column of the batch: one statement takes all its rows.

-- add
/* Only where there is room for it. A file counts with the block that it takes at least. */
INSERT INTO media (id, app, company, token, hash, kind, type, name, size, created, until)
SELECT p.id, p.app, p.company, p.token, p.hash, p.kind, p.type, p.name, p.size, p.created, p.until
FROM unnest(:id::text[], :app::text[], :company::text[], :token::text[], :hash::text[], :kind::text[],
  :type::text[], :name::text[], :size::bigint[], :created::bigint[], :until::bigint[], :room::bigint[])
  AS p(id, app, company, token, hash, kind, type, name, size, created, until, room)
WHERE (SELECT coalesce(sum(size + 4096), 0) FROM media) + p.size <= p.room
RETURNING id;

-- named
SELECT m.id, m.app, m.company, m.token, m.hash, m.kind, m.type, m.name, m.size, m.created, m.until FROM media m
JOIN unnest(:id::text[], :app::text[], :company::text[], :now::bigint[]) AS p(id, app, company, now)
  ON m.id = p.id AND m.app = p.app AND m.company = p.company AND m.until > p.now;

-- fetched
SELECT id, app, company, token, hash, kind, type, name, size, created, until FROM media
WHERE token = (:token::text[])[1] AND until > (:now::bigint[])[1];

-- ended
SELECT id, app, company, token, hash, kind, type, name, size, created, until FROM media
WHERE until <= (:now::bigint[])[1] ORDER BY until LIMIT (:limit::bigint[])[1];

-- forget
DELETE FROM media WHERE id = ANY (:id::text[]);

-- received
/* A message that a person wrote, by the provider's id for it. */
SELECT content FROM inbound_messages
WHERE conversation = (:conversation::bigint[])[1] AND provider_id = (:provider_id::text[])[1];
