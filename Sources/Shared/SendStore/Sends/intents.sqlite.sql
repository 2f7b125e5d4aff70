-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- insert
INSERT INTO intents (send, attempt, lane, epoch, post_by, worker, claim, counted_at)
VALUES (:send, :attempt, :lane, :epoch, :post_by, :worker, :claim, :counted_at);

-- strays
/* Of owners before this lease. What a worker of an earlier version wrote has an epoch and no name. */
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim, i.worker IS NULL OR w.name IS NULL AS is_orphaned
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.lane = :lane AND CASE WHEN i.worker IS NULL THEN i.epoch < :epoch ELSE i.worker <> :worker END;

-- orphans
/* Their workers are gone, and past post_by nobody posts them any more. */
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim, 1 AS is_orphaned
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.worker IS NOT NULL AND w.name IS NULL AND i.post_by < :now ORDER BY i.send LIMIT :limit;

-- own
SELECT send, attempt, lane, post_by, worker, claim, 0 AS is_orphaned
FROM intents WHERE worker = :worker AND post_by < :now ORDER BY send;

-- take
/* By claim: a record that comes twice must not end the intent of a later claim of the same attempt. */
DELETE FROM intents WHERE send = :send AND attempt = :attempt AND worker IS :worker AND claim IS :claim
RETURNING send, lane, post_by, worker, claim, coalesce(counted_at, post_by) AS counted_at;

-- clear
DELETE FROM intents;
