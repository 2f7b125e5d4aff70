-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- insert
INSERT INTO raw_events (owner, provider, received_at, verdict, kinds, numbers, ids, size, head, body)
VALUES (:owner, :provider, :at, :verdict, :kinds, :numbers, :ids, :size, :head, :body);

-- page
/* The newest first. An empty word asks for nothing. Kinds, numbers and ids are lists between spaces. */
SELECT id, owner, provider, received_at, verdict, kinds, numbers, ids, size FROM raw_events
WHERE id < :before AND (:owner IS NULL OR owner = :owner) AND received_at >= :since AND received_at < :until
  AND (:verdict = '' OR verdict = :verdict)
  AND (:kind = '' OR instr(kinds, ' ' || :kind || ' ') > 0)
  AND (:number = '' OR instr(numbers, ' ' || :number || ' ') > 0)
  AND (:about = '' OR instr(ids, ' ' || :about || ' ') > 0)
ORDER BY id DESC LIMIT :limit;

-- one
SELECT id, owner, provider, received_at, verdict, kinds, numbers, ids, size, head, body FROM raw_events WHERE id = :id;

-- forget
/* What is older than it may be, or over the room of its owner, which the newest have first. */
DELETE FROM raw_events WHERE id IN (
  SELECT id FROM (
    SELECT id, received_at, sum(size) OVER (ORDER BY id DESC) AS total FROM raw_events WHERE owner = :owner)
  WHERE received_at < :before OR total > :room
  LIMIT 10000);

-- owners
SELECT DISTINCT owner FROM raw_events;
