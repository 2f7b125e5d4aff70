-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- add
/* Only where there is room for it. A file counts with the block that it takes at least. */
INSERT INTO media (id, app, company, token, hash, kind, type, name, size, created, until)
SELECT :id, :app, :company, :token, :hash, :kind, :type, :name, :size, :created, :until
WHERE (SELECT coalesce(sum(size + 4096), 0) FROM media) + :size <= :room
RETURNING id;

-- named
SELECT id, app, company, token, hash, kind, type, name, size, created, until FROM media
WHERE id = :id AND app = :app AND company = :company AND until > :now;

-- fetched
SELECT id, app, company, token, hash, kind, type, name, size, created, until FROM media
WHERE token = :token AND until > :now;

-- ended
SELECT id, app, company, token, hash, kind, type, name, size, created, until FROM media
WHERE until <= :now ORDER BY until LIMIT :limit;

-- forget
DELETE FROM media WHERE id = :id;

-- received
/* A message that a person wrote, by the provider's id for it. */
SELECT content FROM inbound_messages WHERE conversation = :conversation AND provider_id = :provider_id;
