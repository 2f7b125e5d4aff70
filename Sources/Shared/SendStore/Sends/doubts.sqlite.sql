-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- insert
INSERT INTO doubts (send, attempt, lane, since, next_look, looks, reason, worker, claim)
VALUES (:send, :attempt, :lane, :since, :next_look, :looks, :reason, :worker, :claim)
ON CONFLICT (send) DO NOTHING;

-- delete
DELETE FROM doubts WHERE send = :send;

-- due
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt
    AND h.state = 1 /* sending */) AS claimed_at,
  l.name AS sender, s.history
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send JOIN lanes l ON l.key = d.lane
WHERE d.lane = :lane AND d.next_look <= :now ORDER BY d.next_look LIMIT :limit;

-- open
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt
    AND h.state = 1 /* sending */) AS claimed_at,
  l.name AS sender, s.history
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send JOIN lanes l ON l.key = d.lane
WHERE d.send > :after ORDER BY d.send LIMIT :limit;

-- lookAgain
UPDATE doubts SET next_look = :next_look, looks = looks + :counted WHERE send = :send;

-- rivals
/* What may still turn up at the provider, for the same person: in doubt, or without a record. */
SELECT s.key AS send, c.content FROM sends s JOIN contents c ON c.send = s.key
WHERE s.lane = :lane AND s.recipient = :recipient
  AND s.key IN (SELECT send FROM doubts WHERE lane = :lane UNION SELECT send FROM intents WHERE lane = :lane);

-- sweptClaims
SELECT send FROM doubts WHERE send = :send AND attempt = :attempt AND worker = :worker AND claim = :claim;
