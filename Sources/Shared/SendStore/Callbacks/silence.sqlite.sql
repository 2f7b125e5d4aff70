-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- expect
INSERT INTO awaited (due, send, looks)
VALUES (:due, :send, :looks)
ON CONFLICT DO NOTHING;

-- awaited
SELECT a.due, a.send, a.looks, s.id, s.lane, s.state, s.attempt, s.changed, w.answer
FROM (SELECT due, send, looks FROM awaited WHERE due <= :now ORDER BY due, send LIMIT :limit) a
LEFT JOIN sends s ON s.key = a.send
LEFT JOIN answers w ON w.send = a.send
ORDER BY a.due, a.send;

-- deleteAwaited
DELETE FROM awaited WHERE due = :due AND send = :send;

-- insert
INSERT INTO silent (send, since)
VALUES (:send, :since)
ON CONFLICT (send) DO NOTHING;

-- counts
SELECT l.name AS sender, count(*) AS count FROM silent q JOIN sends s ON s.key = q.send JOIN lanes l ON l.key = s.lane
WHERE s.state = 3 /* accepted */ GROUP BY l.name ORDER BY l.name;

-- since
SELECT q.since FROM silent q JOIN sends s ON s.key = q.send WHERE s.id = :id AND s.state = 3 /* accepted */;
