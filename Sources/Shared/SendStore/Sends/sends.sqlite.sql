-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- lock
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due,
  expires FROM sends WHERE key = :key;

-- lockByID
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due,
  expires FROM sends WHERE id = :id;

-- update
UPDATE sends SET state = :state, attempt = :attempt, last_attempt = :last_attempt, failed = :failed, proven = :proven,
  version = :version, flow = :flow, due = :due, changed = :changed,
  history = CAST(coalesce(history, x'') || :history AS BLOB)
WHERE key = :key;

-- enqueue
INSERT INTO queue (lane, flow, due, send)
VALUES (:lane, :flow, :due, :send);

-- dequeue
DELETE FROM queue WHERE lane = :lane AND flow = :flow AND due = :due AND send = :send;

-- insertHistory
INSERT INTO history (send, version, state, attempt, at, provider_at, code, detail)
VALUES (:send, :version, :state, :attempt, :at, :provider_at, :code, :detail);

-- keys
SELECT id, key FROM sends WHERE id = :id;

-- ids
SELECT key, id, lane FROM sends WHERE key = :key;

-- answers
SELECT s.id, s.state, s.attempt, w.answer FROM sends s LEFT JOIN answers w ON w.send = s.key WHERE s.id = :id;

-- underWay
SELECT key, attempt FROM sends WHERE key = :key AND state = 1 /* sending */;

-- one
/* A row that was never claimed has the state of its campaign. */
SELECT s.key, s.id, l.name AS sender, s.recipient, s.attempt, s.last_attempt, s.failed, s.proven, s.version,
  CASE WHEN s.version = 0 AND s.state = 0 /* queued */ AND k.state = 6 /* canceled */ THEN 10 /* canceled */
    ELSE s.state END AS state,
  f.campaign, f.template, s.due, min(s.expires, coalesce(k.expires, s.expires)) AS expires, c.content, a.answer,
  s.history
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN answers a ON a.send = s.key LEFT JOIN campaigns k ON k.key = f.campaign_key
WHERE s.id = :id;

-- history
/* Changes with a row of their own. */
SELECT version, state, attempt, at, provider_at, code, detail FROM history WHERE send = :send ORDER BY version;

-- redact
UPDATE contents SET content = :content WHERE send = :send;

-- saveAnswers
INSERT INTO answers (send, answer)
VALUES (:send, :answer)
ON CONFLICT (send) DO UPDATE SET answer = excluded.answer;

-- due
/* Whatever a claim judges by, in one look. A send that is no longer queued has left its row of the queue behind. */
SELECT q.send, q.due, s.id, s.recipient, s.attempt, s.last_attempt, s.failed, s.proven, s.version, s.max_attempts,
  s.expires, c.content, k.last_inbound, k.opt_out, x.paid_back, r.counted, k.rest_until, k.window_closed,
  m.until AS marketing_until
FROM (SELECT send, due FROM queue WHERE lane = :lane AND flow = :flow AND due <= :now ORDER BY due, send LIMIT :limit) q
JOIN sends s ON s.key = q.send
JOIN contents c ON c.send = q.send
LEFT JOIN contacts k ON k.lane = :lane AND k.address = s.recipient
LEFT JOIN pairs x ON x.lane = :lane AND x.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = :lane_group AND r.address = s.recipient
LEFT JOIN marketing_rests m ON m.lane_group = :lane_group AND m.address = s.recipient
WHERE s.state = 0 /* queued */
ORDER BY q.due, q.send;

-- nextDue
SELECT due FROM queue WHERE lane = :lane AND flow = :flow AND due > :now ORDER BY due LIMIT 1;
