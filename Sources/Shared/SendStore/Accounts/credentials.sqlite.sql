-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- stamp
/* Grows with every change. */
SELECT count(*) AS count, coalesce(sum(version), 0) AS versions FROM credentials;

-- all
SELECT owner, sealed, facts, version, changed_at FROM credentials ORDER BY owner;

-- save
/* Only over the version that was read: who comes second reads again. */
INSERT INTO credentials (owner, sealed, facts, version, changed_at)
SELECT :owner, :sealed, :facts, 1, :at WHERE :version = 0
ON CONFLICT (owner) DO NOTHING RETURNING owner;

-- replace
UPDATE credentials SET sealed = :sealed, facts = :facts, version = version + 1, changed_at = :at
WHERE owner = :owner AND version = :version RETURNING owner;

-- delete
DELETE FROM credentials WHERE owner = :owner AND version = :version;
