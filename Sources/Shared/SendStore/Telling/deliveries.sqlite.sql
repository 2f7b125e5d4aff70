-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- insert
INSERT INTO deliveries (id, app, company, line, due, tries, created, body)
VALUES (:id, :app, :company, :line, :due, :tries, :created, :body)
ON CONFLICT (id) DO NOTHING;

-- due
SELECT d.seq FROM deliveries d
WHERE d.app = :app AND d.company = :company AND d.done IS NULL AND d.due <= :now
  AND NOT EXISTS (
    SELECT 1 FROM deliveries e
    WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
LIMIT 1;

-- longestDue
SELECT d.due FROM deliveries d
WHERE d.app = :app AND d.company = :company AND d.done IS NULL AND d.due <= :now
ORDER BY d.due LIMIT 1;

-- claim
/* A claim is a time before which nobody else takes it: the head of a line stays the head meanwhile. */
UPDATE deliveries SET due = :until
WHERE seq IN (
  SELECT d.seq FROM deliveries d
  WHERE d.app = :app AND d.company = :company AND d.done IS NULL AND d.due <= :now
    AND NOT EXISTS (
      SELECT 1 FROM deliveries e
      WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
  ORDER BY d.due, d.seq LIMIT :limit)
RETURNING seq, id, line, tries, created, body;

-- finish
UPDATE deliveries SET done = :done WHERE seq = :seq;

-- retry
/* Only while it is still the claim that the caller had. */
UPDATE deliveries SET due = :due, tries = tries + 1 WHERE seq = :seq AND due = :claimed AND done IS NULL;

-- postpone
/* It was not tried. */
UPDATE deliveries SET due = :due WHERE seq = :seq AND due = :claimed AND done IS NULL;

-- prune
DELETE FROM deliveries WHERE done < :before;
