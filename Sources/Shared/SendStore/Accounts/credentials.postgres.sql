-- A parameter is a column of the batch: one statement takes all its rows.

-- stamp
/* Grows with every change. */
SELECT count(*) AS count, coalesce(sum(version), 0)::bigint AS versions FROM credentials;

-- all
SELECT owner, sealed, facts, version, changed_at FROM credentials ORDER BY owner;

-- save
/* Only over the version that was read: who comes second reads again. */
INSERT INTO credentials (owner, sealed, facts, version, changed_at)
SELECT p.owner, p.sealed, p.facts, 1, p.at
FROM unnest(:owner::text[], :sealed::bytea[], :facts::bytea[], :at::bigint[], :version::bigint[])
  AS p(owner, sealed, facts, at, version)
WHERE p.version = 0
ON CONFLICT (owner) DO NOTHING RETURNING owner;

-- replace
UPDATE credentials c SET sealed = p.sealed, facts = p.facts, version = c.version + 1, changed_at = p.at
FROM unnest(:owner::text[], :sealed::bytea[], :facts::bytea[], :at::bigint[], :version::bigint[])
  AS p(owner, sealed, facts, at, version)
WHERE c.owner = p.owner AND c.version = p.version RETURNING c.owner;

-- delete
DELETE FROM credentials c USING unnest(:owner::text[], :version::bigint[]) AS p(owner, version)
WHERE c.owner = p.owner AND c.version = p.version;
