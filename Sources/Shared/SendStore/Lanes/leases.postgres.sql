-- A parameter is a column of the batch: one statement takes all its rows.

-- renew
/* Also one that has run out and that nobody took: its epoch is still the owner's. One given back has no time. */
UPDATE lane_groups SET lease_until = (:until::bigint[])[1]
WHERE owner = (:worker::text[])[1] AND lease_until > 0 RETURNING key, name, epoch;

-- take
/* Raising the epoch fences whoever held it before. */
UPDATE lane_groups SET owner = (:worker::text[])[1], epoch = epoch + 1, lease_until = (:until::bigint[])[1]
WHERE key IN (
  SELECT key FROM lane_groups WHERE lease_until <= (:now::bigint[])[1] ORDER BY key LIMIT (:limit::bigint[])[1]
  FOR UPDATE SKIP LOCKED)
RETURNING key, name, epoch;

-- nextLapse
/* Of the others: their leases, and their lives, whose end makes this worker's share larger. */
SELECT least(
  (SELECT min(lease_until) FROM lane_groups WHERE owner <> (:worker::text[])[1] AND lease_until > (:now::bigint[])[1]),
  (SELECT min(seen_until) FROM workers WHERE name <> (:worker::text[])[1]
    AND seen_until > (:now::bigint[])[1])) AS lapse;

-- release
UPDATE lane_groups SET lease_until = 0
FROM unnest(:group::bigint[], :epoch::bigint[]) AS p(k, epoch) WHERE key = p.k AND lane_groups.epoch = p.epoch;

-- clear
UPDATE lane_groups SET lease_until = 0, owner = NULL;
