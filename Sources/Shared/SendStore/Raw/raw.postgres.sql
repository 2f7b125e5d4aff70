-- A parameter is a column of the batch: one statement takes all its rows.

-- insert
INSERT INTO raw_events (owner, provider, received_at, verdict, kinds, numbers, ids, size, head, body)
SELECT * FROM unnest(:owner::text[], :provider::text[], :at::bigint[], :verdict::text[], :kinds::text[],
  :numbers::text[], :ids::text[], :size::bigint[], :head::bytea[], :body::bytea[]);

-- page
/* The newest first. An empty word asks for nothing. Kinds, numbers and ids are lists between spaces. */
SELECT e.id, e.owner, e.provider, e.received_at, e.verdict, e.kinds, e.numbers, e.ids, e.size
FROM unnest(:before::bigint[], :owner::text[], :since::bigint[], :until::bigint[], :verdict::text[], :kind::text[],
    :number::text[], :about::text[], :limit::bigint[])
  AS p(before, owner, since, until, verdict, kind, number, about, max),
  LATERAL (SELECT * FROM raw_events r
    WHERE r.id < p.before AND (p.owner IS NULL OR r.owner = p.owner)
      AND r.received_at >= p.since AND r.received_at < p.until AND (p.verdict = '' OR r.verdict = p.verdict)
      AND (p.kind = '' OR position(' ' || p.kind || ' ' IN r.kinds) > 0)
      AND (p.number = '' OR position(' ' || p.number || ' ' IN r.numbers) > 0)
      AND (p.about = '' OR position(' ' || p.about || ' ' IN r.ids) > 0)
    ORDER BY r.id DESC LIMIT p.max) e
ORDER BY e.id DESC;

-- one
SELECT id, owner, provider, received_at, verdict, kinds, numbers, ids, size, head, body FROM raw_events
WHERE id = ANY (:id::bigint[]);

-- forget
/* What is older than it may be, or over the room of its owner, which the newest have first. */
DELETE FROM raw_events WHERE id IN (
  SELECT id FROM (
    SELECT id, received_at, sum(size) OVER (ORDER BY id DESC) AS total FROM raw_events
    WHERE owner = (:owner::text[])[1]) AS own
  WHERE received_at < (:before::bigint[])[1] OR total > (:room::bigint[])[1]
  LIMIT 10000);

-- owners
SELECT DISTINCT owner FROM raw_events;
