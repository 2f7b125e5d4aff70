-- A parameter is a column of the batch: one statement takes all its rows.

-- expect
INSERT INTO awaited (due, send, looks)
SELECT * FROM unnest(:due::bigint[], :send::bigint[], :looks::bigint[]) AS p(due, send, looks)
ON CONFLICT DO NOTHING;

-- awaited
SELECT a.due, a.send, a.looks, s.id, s.lane, s.state, s.attempt, s.changed, w.answer
FROM (SELECT due, send, looks FROM awaited WHERE due <= (:now::bigint[])[1] ORDER BY due, send
  LIMIT (:limit::bigint[])[1] FOR UPDATE SKIP LOCKED) a
LEFT JOIN sends s ON s.key = a.send
LEFT JOIN answers w ON w.send = a.send
ORDER BY a.due, a.send;

-- deleteAwaited
DELETE FROM awaited WHERE ctid = ANY(ARRAY(
  SELECT a.place FROM unnest(:due::bigint[], :send::bigint[]) AS p(due, send)
  CROSS JOIN LATERAL (SELECT ctid AS place FROM awaited WHERE due = p.due AND send = p.send OFFSET 0) a));

-- insert
INSERT INTO silent (send, since)
SELECT * FROM unnest(:send::bigint[], :since::bigint[]) AS p(send, since)
ON CONFLICT (send) DO NOTHING;

-- counts
SELECT l.name AS sender, count(*) AS count FROM silent q JOIN sends s ON s.key = q.send JOIN lanes l ON l.key = s.lane
WHERE s.state = 3 /* accepted */ GROUP BY l.name ORDER BY l.name;

-- since
SELECT q.since FROM silent q JOIN sends s ON s.key = q.send
WHERE s.id = (:id::bytea[])[1] AND s.state = 3 /* accepted */;
