-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- stamp
/* Grows with every change: what is removed keeps its row. */
SELECT count(*) AS count, coalesce(sum(version), 0) AS versions FROM accounts;

-- all
SELECT name, sealed, version, changed_at FROM accounts ORDER BY name;

-- save
/* Only over the version that was read: who comes second reads again. */
INSERT INTO accounts (name, sealed, version, changed_at)
SELECT :name, :sealed, 1, :at WHERE :version = 0
ON CONFLICT (name) DO NOTHING RETURNING name;

-- replace
UPDATE accounts SET sealed = :sealed, version = version + 1, changed_at = :at
WHERE name = :name AND version = :version RETURNING name;
