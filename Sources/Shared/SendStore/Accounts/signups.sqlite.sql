-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- all
SELECT id, sealed, facts, version, changed_at FROM signups ORDER BY changed_at DESC, id;

-- one
SELECT id, sealed, facts, version, changed_at FROM signups WHERE id = :id;

-- save
/* Only over the version that was read: who comes second reads again. */
INSERT INTO signups (id, sealed, facts, version, changed_at)
SELECT :id, :sealed, :facts, 1, :at WHERE :version = 0
ON CONFLICT (id) DO NOTHING RETURNING id;

-- replace
UPDATE signups SET sealed = :sealed, facts = :facts, version = version + 1, changed_at = :at
WHERE id = :id AND version = :version RETURNING id;

-- prune
DELETE FROM signups WHERE changed_at < :before;
