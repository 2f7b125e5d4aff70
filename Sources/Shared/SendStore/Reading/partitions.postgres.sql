-- A parameter is a column of the batch: one statement takes all its rows.

-- count
SELECT count(*) AS count FROM partitions WHERE topic = ANY(:topic::text[]);

-- add
INSERT INTO partitions (topic, number)
SELECT * FROM unnest(:topic::text[], :number::bigint[]) AS p(topic, number) ON CONFLICT DO NOTHING;

-- renew
UPDATE partitions SET lease_until = (:until::bigint[])[1]
WHERE topic = (:topic::text[])[1] AND owner = (:worker::text[])[1] AND lease_until > 0 RETURNING topic, number, epoch;

-- take
/* Raising the epoch fences whoever held it before. */
UPDATE partitions SET owner = (:worker::text[])[1], epoch = epoch + 1, lease_until = (:until::bigint[])[1]
WHERE topic = (:topic::text[])[1] AND number IN (
  SELECT number FROM partitions WHERE topic = (:topic::text[])[1] AND lease_until <= (:now::bigint[])[1]
  ORDER BY number LIMIT (:limit::bigint[])[1] FOR UPDATE SKIP LOCKED)
RETURNING topic, number, epoch;

-- nextLapse
SELECT least(
  (SELECT min(lease_until) FROM partitions
    WHERE topic = (:topic::text[])[1] AND owner <> (:worker::text[])[1] AND lease_until > (:now::bigint[])[1]),
  (SELECT min(seen_until) FROM workers WHERE name <> (:worker::text[])[1]
    AND seen_until > (:now::bigint[])[1])) AS lapse;

-- release
UPDATE partitions SET lease_until = 0
FROM unnest(:topic::text[], :number::bigint[], :epoch::bigint[]) AS p(t, n, e)
WHERE topic = p.t AND number = p.n AND epoch = p.e;

-- place
SELECT log, next_offset, before_id
FROM partitions WHERE topic = (:topic::text[])[1] AND number = (:number::bigint[])[1];

-- pass
/* Gives those that the lease still holds: the others have gone to somebody else. */
UPDATE partitions SET log = p.l, next_offset = p.o, before_id = p.b
FROM unnest(:topic::text[], :number::bigint[], :epoch::bigint[], :log::text[], :next_offset::bigint[],
  :before_id::text[]) AS p(t, n, e, l, o, b)
WHERE topic = p.t AND number = p.n AND epoch = p.e RETURNING number;

-- hasRead
/* Before partitions had places here, only marks told that the other topics were read. Where reading has come no
   further than the beginning it was only bound, which any store may be, and no store read bulk unbound. */
SELECT (EXISTS (SELECT 1 FROM intake WHERE log = (:log::text[])[1] AND next_offset > 0)
  OR EXISTS (SELECT 1 FROM partitions WHERE log = (:log::text[])[1] AND next_offset > 0 AND topic <> 'bulk')
  OR (NOT EXISTS (SELECT 1 FROM intake) AND EXISTS (SELECT 1 FROM marks)))::int::bigint AS has_read;

-- adopt
/* The epoch ends the leases of whoever reads now: it would go on at its old place. */
INSERT INTO partitions (topic, number, log, next_offset)
SELECT * FROM unnest(:topic::text[], :number::bigint[], :log::text[], :next_offset::bigint[])
ON CONFLICT (topic, number) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset, before_id = NULL,
  epoch = partitions.epoch + 1, lease_until = 0;

-- doubt
INSERT INTO partitions (topic, number, doubt_until)
SELECT * FROM unnest(:topic::text[], :number::bigint[], :doubt_until::bigint[]) AS p(topic, number, doubt_until)
ON CONFLICT (topic, number) DO UPDATE SET doubt_until = excluded.doubt_until;

-- doubtful
SELECT number, doubt_until FROM partitions WHERE topic = (:topic::text[])[1] AND doubt_until > 0;
