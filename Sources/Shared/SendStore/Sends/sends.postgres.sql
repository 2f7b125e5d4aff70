-- A parameter is a column of the batch: one statement takes all its rows.

-- lock
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires
FROM sends WHERE key = ANY(:key::bigint[]) ORDER BY key FOR NO KEY UPDATE;

-- lockByID
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires
FROM unnest(:id::bytea[]) AS p(wanted) JOIN sends ON sends.id = p.wanted ORDER BY key FOR NO KEY UPDATE OF sends;

-- update
UPDATE sends SET state = p.state, attempt = p.attempt, last_attempt = p.last_attempt, failed = p.failed,
  proven = p.proven, version = p.version, flow = p.flow, due = p.due, changed = p.changed,
  history = coalesce(sends.history, '') || p.history
FROM unnest(:key::bigint[], :state::bigint[], :attempt::bigint[], :last_attempt::bigint[], :failed::bigint[],
  :proven::bigint[], :version::bigint[], :flow::bigint[], :due::bigint[], :changed::bigint[], :history::bytea[])
  AS p(k, state, attempt, last_attempt, failed, proven, version, flow, due, changed, history)
WHERE sends.key = p.k;

-- enqueue
INSERT INTO queue (lane, flow, due, send)
SELECT * FROM unnest(:lane::bigint[], :flow::bigint[], :due::bigint[], :send::bigint[]) AS p(lane, flow, due, send);

-- dequeue
/* Looked up one by one: a queue that was empty when the plan was made may be long now. Its rows only come and go, so
   each still stands where it was found, or is gone. */
DELETE FROM queue WHERE ctid = ANY(ARRAY(
  SELECT q.place FROM unnest(:lane::bigint[], :flow::bigint[], :due::bigint[], :send::bigint[])
    AS p(lane, flow, due, send)
  CROSS JOIN LATERAL (SELECT ctid AS place FROM queue
    WHERE lane = p.lane AND flow = p.flow AND due = p.due AND send = p.send OFFSET 0) q));

-- insertHistory
INSERT INTO history (send, version, state, attempt, at, provider_at, code, detail)
SELECT * FROM unnest(:send::bigint[], :version::bigint[], :state::bigint[], :attempt::bigint[], :at::bigint[],
  :provider_at::bigint[], :code::text[], :detail::bytea[])
  AS p(send, version, state, attempt, at, provider_at, code, detail);

-- keys
SELECT id, key FROM sends WHERE id = ANY(:id::bytea[]);

-- ids
SELECT key, id, lane FROM sends WHERE key = ANY(:key::bigint[]);

-- answers
SELECT s.id, s.state, s.attempt, w.answer FROM sends s LEFT JOIN answers w ON w.send = s.key
WHERE s.id = ANY(:id::bytea[]);

-- underWay
SELECT key, attempt FROM sends WHERE key = ANY(:key::bigint[]) AND state = 1 /* sending */;

-- one
/* A row that was never claimed has the state of its campaign. */
SELECT s.key, s.id, l.name AS sender, s.recipient, s.attempt, s.last_attempt, s.failed, s.proven, s.version,
  CASE WHEN s.version = 0 AND s.state = 0 /* queued */ AND k.state = 6 /* canceled */ THEN 10 /* canceled */
    ELSE s.state END AS state,
  f.campaign, f.template, s.due, least(s.expires, k.expires) AS expires, c.content, a.answer, s.history
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN answers a ON a.send = s.key LEFT JOIN campaigns k ON k.key = f.campaign_key
WHERE s.id = (:id::bytea[])[1];

-- history
/* Changes with a row of their own. */
SELECT version, state, attempt, at, provider_at, code, detail
FROM history WHERE send = ANY(:send::bigint[]) ORDER BY version;

-- redact
UPDATE contents c SET content = p.content
FROM unnest(:send::bigint[], :content::bytea[]) AS p(send, content) WHERE c.send = p.send;

-- saveAnswers
INSERT INTO answers (send, answer)
SELECT * FROM unnest(:send::bigint[], :answer::bytea[]) AS p(send, answer)
ON CONFLICT (send) DO UPDATE SET answer = excluded.answer;

-- due
/* Whatever a claim judges by, in one look. A send that is no longer queued has left its row of the queue behind. */
SELECT q.send, q.due, s.id, s.recipient, s.attempt, s.last_attempt, s.failed, s.proven, s.version, s.max_attempts,
  s.expires, c.content, k.last_inbound, k.opt_out, x.paid_back, r.counted, k.rest_until, k.window_closed,
  m.until AS marketing_until
FROM (SELECT send, due FROM queue WHERE lane = (:lane::bigint[])[1] AND flow = (:flow::bigint[])[1]
  AND due <= (:now::bigint[])[1] ORDER BY due, send LIMIT (:limit::bigint[])[1]) q
JOIN sends s ON s.key = q.send
JOIN contents c ON c.send = q.send
LEFT JOIN contacts k ON k.lane = (:lane::bigint[])[1] AND k.address = s.recipient
LEFT JOIN pairs x ON x.lane = (:lane::bigint[])[1] AND x.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = (:lane_group::bigint[])[1] AND r.address = s.recipient
LEFT JOIN marketing_rests m ON m.lane_group = (:lane_group::bigint[])[1] AND m.address = s.recipient
WHERE s.state = 0 /* queued */
ORDER BY q.due, q.send
FOR NO KEY UPDATE OF s SKIP LOCKED;

-- nextDue
SELECT due FROM queue WHERE lane = (:lane::bigint[])[1] AND flow = (:flow::bigint[])[1] AND due > (:now::bigint[])[1]
ORDER BY due LIMIT 1;
