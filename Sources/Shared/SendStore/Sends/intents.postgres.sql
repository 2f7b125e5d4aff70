-- A parameter is a column of the batch: one statement takes all its rows.

-- insert
INSERT INTO intents (send, attempt, lane, epoch, post_by, worker, claim, counted_at)
SELECT * FROM unnest(:send::bigint[], :attempt::bigint[], :lane::bigint[], :epoch::bigint[], :post_by::bigint[],
  :worker::text[], :claim::bigint[], :counted_at::bigint[]);

-- strays
/* Of owners before this lease. What a worker of an earlier version wrote has an epoch and no name. */
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim,
  (i.worker IS NULL OR w.name IS NULL)::int::bigint AS is_orphaned
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.lane = (:lane::bigint[])[1]
  AND CASE WHEN i.worker IS NULL THEN i.epoch < (:epoch::bigint[])[1] ELSE i.worker <> (:worker::text[])[1] END;

-- orphans
/* Their workers are gone, and past post_by nobody posts them any more. */
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim, 1::bigint AS is_orphaned
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.worker IS NOT NULL AND w.name IS NULL AND i.post_by < (:now::bigint[])[1]
ORDER BY i.send LIMIT (:limit::bigint[])[1] FOR UPDATE OF i SKIP LOCKED;

-- own
SELECT send, attempt, lane, post_by, worker, claim, 0::bigint AS is_orphaned FROM intents
WHERE worker = (:worker::text[])[1] AND post_by < (:now::bigint[])[1] ORDER BY send;

-- take
/* By claim: a record that comes twice must not end the intent of a later claim of the same attempt. */
DELETE FROM intents WHERE ctid = ANY(ARRAY(
  SELECT i.place FROM unnest(:send::bigint[], :attempt::bigint[], :worker::text[], :claim::bigint[])
    AS p(send, attempt, worker, claim)
  CROSS JOIN LATERAL (SELECT ctid AS place FROM intents
    WHERE send = p.send AND attempt = p.attempt AND worker IS NOT DISTINCT FROM p.worker
      AND claim IS NOT DISTINCT FROM p.claim OFFSET 0) i))
RETURNING send, lane, post_by, worker, claim, coalesce(counted_at, post_by) AS counted_at;

-- clear
DELETE FROM intents;
