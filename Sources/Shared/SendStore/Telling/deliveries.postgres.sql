-- A parameter is a column of the batch: one statement takes all its rows.

-- insert
INSERT INTO deliveries (id, app, company, line, due, tries, created, body)
SELECT * FROM unnest(:id::text[], :app::text[], :company::text[], :line::text[], :due::bigint[], :tries::bigint[],
  :created::bigint[], :body::bytea[]) AS p(id, app, company, line, due, tries, created, body)
ON CONFLICT (id) DO NOTHING;

-- due
SELECT d.seq FROM deliveries d
WHERE d.app = (:app::text[])[1] AND d.company = (:company::text[])[1] AND d.done IS NULL
  AND d.due <= (:now::bigint[])[1]
  AND NOT EXISTS (
    SELECT 1 FROM deliveries e
    WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
LIMIT 1;

-- longestDue
SELECT d.due FROM deliveries d
WHERE d.app = (:app::text[])[1] AND d.company = (:company::text[])[1]
  AND d.done IS NULL AND d.due <= (:now::bigint[])[1]
ORDER BY d.due LIMIT 1;

-- claim
/* A claim is a time before which nobody else takes it: the head of a line stays the head meanwhile. */
UPDATE deliveries SET due = (:until::bigint[])[1]
WHERE seq IN (
  SELECT d.seq FROM deliveries d
  WHERE d.app = (:app::text[])[1] AND d.company = (:company::text[])[1] AND d.done IS NULL
    AND d.due <= (:now::bigint[])[1]
    AND NOT EXISTS (
      SELECT 1 FROM deliveries e
      WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
  ORDER BY d.due, d.seq LIMIT (:limit::bigint[])[1] FOR UPDATE OF d SKIP LOCKED)
RETURNING seq, id, line, tries, created, body;

-- finish
UPDATE deliveries SET done = p.at
FROM unnest(:seq::bigint[], :done::bigint[]) AS p(k, at) WHERE seq = p.k;

-- retry
/* Only while it is still the claim that the caller had. */
UPDATE deliveries SET due = p.at, tries = tries + 1
FROM unnest(:seq::bigint[], :due::bigint[], :claimed::bigint[]) AS p(k, at, claimed)
WHERE seq = p.k AND due = p.claimed AND done IS NULL;

-- postpone
/* It was not tried. */
UPDATE deliveries SET due = p.at
FROM unnest(:seq::bigint[], :due::bigint[], :claimed::bigint[]) AS p(k, at, claimed)
WHERE seq = p.k AND due = p.claimed AND done IS NULL;

-- prune
DELETE FROM deliveries WHERE done < (:before::bigint[])[1];
