-- A parameter is a column of the batch: one statement takes all its rows.

-- save
/* An older mark that comes late changes nothing. */
INSERT INTO marks (partition, instance, at, seen, ended)
SELECT * FROM unnest(:partition::bigint[], :instance::text[], :at::bigint[], :seen::bigint[], :ended::bigint[])
  AS p(partition, instance, at, seen, ended)
ON CONFLICT (partition, instance) DO UPDATE SET at = excluded.at, seen = excluded.seen, ended = excluded.ended
WHERE excluded.at >= marks.at;

-- until
/* One that is silent holds up nothing where others have gone on by far in the same partition: what stands still there
   still holds up. */
SELECT min(m.at) AS until FROM marks m
WHERE m.ended = 0 AND m.seen > (:since::bigint[])[1] AND NOT EXISTS (
  SELECT 1 FROM marks n WHERE n.partition = m.partition AND n.instance <> m.instance
    AND n.at >= (:silence::bigint[])[1] + (SELECT max(l.at) FROM marks l WHERE l.instance = m.instance));

-- forget
DELETE FROM marks WHERE seen <= (:until::bigint[])[1];
