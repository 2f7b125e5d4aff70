-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- count
SELECT count(*) AS count FROM partitions WHERE topic = :topic;

-- add
INSERT INTO partitions (topic, number) VALUES (:topic, :number) ON CONFLICT DO NOTHING;

-- renew
UPDATE partitions SET lease_until = :until WHERE topic = :topic AND owner = :worker AND lease_until > 0
RETURNING topic, number, epoch;

-- take
/* Raising the epoch fences whoever held it before. */
UPDATE partitions SET owner = :worker, epoch = epoch + 1, lease_until = :until
WHERE topic = :topic AND number IN (
  SELECT number FROM partitions WHERE topic = :topic AND lease_until <= :now ORDER BY number LIMIT :limit)
RETURNING topic, number, epoch;

-- nextLapse
SELECT min(t) AS lapse FROM (
  SELECT min(lease_until) AS t FROM partitions WHERE topic = :topic AND owner <> :worker AND lease_until > :now
  UNION ALL SELECT min(seen_until) FROM workers WHERE name <> :worker AND seen_until > :now);

-- release
UPDATE partitions SET lease_until = 0 WHERE topic = :topic AND number = :number AND epoch = :epoch;

-- place
SELECT log, next_offset, before_id FROM partitions WHERE topic = :topic AND number = :number;

-- pass
/* Gives those that the lease still holds: the others have gone to somebody else. */
UPDATE partitions SET log = :log, next_offset = :next_offset, before_id = :before_id
WHERE topic = :topic AND number = :number AND epoch = :epoch
RETURNING number;

-- hasRead
/* Before partitions had places here, only marks told that the other topics were read. Where reading has come no
   further than the beginning it was only bound, which any store may be, and no store read bulk unbound. */
SELECT EXISTS (SELECT 1 FROM intake WHERE log = :log AND next_offset > 0)
  OR EXISTS (SELECT 1 FROM partitions WHERE log = :log AND next_offset > 0 AND topic <> 'bulk')
  OR (NOT EXISTS (SELECT 1 FROM intake) AND EXISTS (SELECT 1 FROM marks)) AS has_read;

-- adopt
/* The epoch ends the leases of whoever reads now: it would go on at its old place. */
INSERT INTO partitions (topic, number, log, next_offset) VALUES (:topic, :number, :log, :next_offset)
ON CONFLICT (topic, number) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset, before_id = NULL,
  epoch = partitions.epoch + 1, lease_until = 0;

-- doubt
INSERT INTO partitions (topic, number, doubt_until) VALUES (:topic, :number, :doubt_until)
ON CONFLICT (topic, number) DO UPDATE SET doubt_until = excluded.doubt_until;

-- doubtful
SELECT number, doubt_until FROM partitions WHERE topic = :topic AND doubt_until > 0;
