-- A parameter is a column of the batch: one statement takes all its rows.

-- stamp
/* Grows with every change: what is removed keeps its row. */
SELECT count(*) AS count, coalesce(sum(version), 0)::bigint AS versions FROM accounts;

-- all
SELECT name, sealed, version, changed_at FROM accounts ORDER BY name;

-- save
/* Only over the version that was read: who comes second reads again. */
INSERT INTO accounts (name, sealed, version, changed_at)
SELECT p.name, p.sealed, 1, p.at
FROM unnest(:name::text[], :sealed::bytea[], :at::bigint[], :version::bigint[]) AS p(name, sealed, at, version)
WHERE p.version = 0
ON CONFLICT (name) DO NOTHING RETURNING name;

-- replace
UPDATE accounts a SET sealed = p.sealed, version = a.version + 1, changed_at = p.at
FROM unnest(:name::text[], :sealed::bytea[], :at::bigint[], :version::bigint[]) AS p(name, sealed, at, version)
WHERE a.name = p.name AND a.version = p.version RETURNING a.name;
