-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- saw
INSERT INTO workers (name, seen_until, kind, form)
VALUES (:name, :seen_until, :kind, :form)
ON CONFLICT (name) DO UPDATE SET seen_until = excluded.seen_until;

-- forget
DELETE FROM workers WHERE name = :name;

-- forgetSilent
DELETE FROM workers WHERE seen_until <= :now;

-- count
SELECT count(*) AS count FROM workers WHERE kind = :kind;

-- settleForm
UPDATE facts SET value = :form
WHERE name = 'form' AND value < :form AND NOT EXISTS (SELECT 1 FROM workers WHERE form < :form);

-- takeDuty
/* A new owner has a new epoch: the same one goes on under its own, even where the lease had run out. */
INSERT INTO duties (name, owner, epoch, lease_until) VALUES (:name, :owner, 1, :until)
ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until, owner = excluded.owner,
  epoch = duties.epoch + (duties.owner <> excluded.owner)
WHERE duties.owner = excluded.owner OR duties.lease_until <= :now RETURNING epoch;

-- releaseDuty
UPDATE duties SET lease_until = 0 WHERE name = :name AND owner = :owner;
