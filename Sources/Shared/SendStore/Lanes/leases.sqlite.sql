-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- renew
/* Also one that has run out and that nobody took: its epoch is still the owner's. One given back has no time. */
UPDATE lane_groups SET lease_until = :until WHERE owner = :worker AND lease_until > 0 RETURNING key, name, epoch;

-- take
/* Raising the epoch fences whoever held it before. */
UPDATE lane_groups SET owner = :worker, epoch = epoch + 1, lease_until = :until
WHERE key IN (SELECT key FROM lane_groups WHERE lease_until <= :now ORDER BY key LIMIT :limit)
RETURNING key, name, epoch;

-- nextLapse
/* Of the others: their leases, and their lives, whose end makes this worker's share larger. */
SELECT min(t) AS lapse FROM (
  SELECT min(lease_until) AS t FROM lane_groups WHERE owner <> :worker AND lease_until > :now
  UNION ALL SELECT min(seen_until) FROM workers WHERE name <> :worker AND seen_until > :now);

-- release
UPDATE lane_groups SET lease_until = 0 WHERE key = :group AND epoch = :epoch;

-- clear
UPDATE lane_groups SET lease_until = 0, owner = NULL;
