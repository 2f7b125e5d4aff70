-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- ofRecipient
SELECT key AS send FROM sends WHERE recipient = :recipient AND key < :before ORDER BY key DESC LIMIT :limit;

-- newest
SELECT key AS send FROM sends WHERE key < :before ORDER BY key DESC LIMIT :limit;

-- ofFlow
SELECT send FROM campaign_sends WHERE flow = :flow AND send > :after ORDER BY send LIMIT :limit;

-- queued
SELECT lane, flow, due, send FROM queue WHERE (lane, flow, due, send) > (:lane, :flow, :due, :send)
ORDER BY lane, flow, due, send LIMIT :limit;

-- sending
SELECT send FROM intents WHERE send > :after ORDER BY send LIMIT :limit;

-- doubtful
SELECT send FROM doubts WHERE send > :after ORDER BY send LIMIT :limit;

-- ended
/* The index has only the states from failed on, and SQLite uses it only where the statement says so. */
SELECT send FROM history WHERE state = :state AND state >= 7 /* failed */ AND send < :before
ORDER BY send DESC LIMIT :limit;

-- summaries
SELECT s.key, s.id, l.name AS sender, s.recipient, s.attempt, s.last_attempt, s.failed, s.proven, s.version,
  CASE WHEN s.version = 0 AND s.state = 0 /* queued */ AND k.state = 6 /* canceled */ THEN 10 /* canceled */
    ELSE s.state END AS state,
  f.campaign, s.changed, s.lane, (SELECT p.id FROM provider_ids p WHERE p.send = s.key ORDER BY p.attempt DESC
    LIMIT 1) AS provider_id
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow
LEFT JOIN campaigns k ON k.key = f.campaign_key WHERE s.key = :key;

-- standings
SELECT s.id, s.state, l.name AS sender FROM sends s JOIN lanes l ON l.key = s.lane WHERE s.id = :id;

-- providerIDs
SELECT p.attempt, p.id FROM sends s JOIN provider_ids p ON p.send = s.key WHERE s.id = :id ORDER BY p.attempt;

-- glances
SELECT s.id, s.attempt, s.version, s.changed, s.recipient, l.name AS sender, f.campaign, f.template, c.content,
  CASE WHEN s.version = 0 AND s.state = 0 /* queued */ AND k.state = 6 /* canceled */ THEN 10 /* canceled */
    ELSE s.state END AS state,
  (SELECT p.id FROM provider_ids p WHERE p.send = s.key AND p.attempt = s.attempt LIMIT 1) AS provider_id
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN campaigns k ON k.key = f.campaign_key
WHERE s.id = :id;

-- histories
SELECT id, history FROM sends WHERE id = :id AND history IS NOT NULL;
