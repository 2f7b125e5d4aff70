-- A parameter is a column of the batch: one statement takes all its rows.

-- saw
INSERT INTO workers (name, seen_until, kind, form)
SELECT * FROM unnest(:name::text[], :seen_until::bigint[], :kind::text[], :form::bigint[])
  AS p(name, seen_until, kind, form)
ON CONFLICT (name) DO UPDATE SET seen_until = excluded.seen_until;

-- forget
DELETE FROM workers WHERE name = ANY(:name::text[]);

-- forgetSilent
DELETE FROM workers WHERE seen_until <= (:now::bigint[])[1];

-- count
SELECT count(*) AS count FROM workers WHERE kind = ANY(:kind::text[]);

-- settleForm
UPDATE facts SET value = (:form::bigint[])[1]
WHERE name = 'form' AND value < (:form::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM workers WHERE form < (:form::bigint[])[1]);

-- takeDuty
/* A new owner has a new epoch: the same one goes on under its own, even where the lease had run out. */
INSERT INTO duties (name, owner, epoch, lease_until)
SELECT (:name::text[])[1], (:owner::text[])[1], 1, (:until::bigint[])[1]
ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until, owner = excluded.owner,
  epoch = duties.epoch + (duties.owner <> excluded.owner)::int
WHERE duties.owner = excluded.owner OR duties.lease_until <= (:now::bigint[])[1] RETURNING epoch;

-- releaseDuty
UPDATE duties SET lease_until = 0
FROM unnest(:name::text[], :owner::text[]) AS p(n, o) WHERE duties.name = p.n AND duties.owner = p.o;
