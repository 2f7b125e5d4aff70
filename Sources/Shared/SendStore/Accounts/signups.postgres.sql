-- A parameter is a column of the batch: one statement takes all its rows.

-- all
SELECT id, sealed, facts, version, changed_at FROM signups ORDER BY changed_at DESC, id;

-- one
SELECT id, sealed, facts, version, changed_at FROM signups WHERE id = ANY (:id::text[]);

-- save
/* Only over the version that was read: who comes second reads again. */
INSERT INTO signups (id, sealed, facts, version, changed_at)
SELECT p.id, p.sealed, p.facts, 1, p.at
FROM unnest(:id::text[], :sealed::bytea[], :facts::bytea[], :at::bigint[], :version::bigint[])
  AS p(id, sealed, facts, at, version)
WHERE p.version = 0
ON CONFLICT (id) DO NOTHING RETURNING id;

-- replace
UPDATE signups s SET sealed = p.sealed, facts = p.facts, version = s.version + 1, changed_at = p.at
FROM unnest(:id::text[], :sealed::bytea[], :facts::bytea[], :at::bigint[], :version::bigint[])
  AS p(id, sealed, facts, at, version)
WHERE s.id = p.id AND s.version = p.version RETURNING s.id;

-- prune
DELETE FROM signups WHERE changed_at < (:before::bigint[])[1];
