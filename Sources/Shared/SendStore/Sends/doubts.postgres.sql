-- A parameter is a column of the batch: one statement takes all its rows.

-- insert
INSERT INTO doubts (send, attempt, lane, since, next_look, looks, reason, worker, claim)
SELECT * FROM unnest(:send::bigint[], :attempt::bigint[], :lane::bigint[], :since::bigint[], :next_look::bigint[],
  :looks::bigint[], :reason::text[], :worker::text[], :claim::bigint[])
ON CONFLICT (send) DO NOTHING;

-- delete
DELETE FROM doubts WHERE send = ANY(:send::bigint[]);

-- due
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt
    AND h.state = 1 /* sending */) AS claimed_at,
  l.name AS sender, s.history
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send JOIN lanes l ON l.key = d.lane
WHERE d.lane = (:lane::bigint[])[1] AND d.next_look <= (:now::bigint[])[1]
ORDER BY d.next_look LIMIT (:limit::bigint[])[1];

-- open
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt
    AND h.state = 1 /* sending */) AS claimed_at,
  l.name AS sender, s.history
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send JOIN lanes l ON l.key = d.lane
WHERE d.send > (:after::bigint[])[1] ORDER BY d.send LIMIT (:limit::bigint[])[1];

-- lookAgain
UPDATE doubts SET next_look = p.at, looks = looks + p.counted
FROM unnest(:send::bigint[], :next_look::bigint[], :counted::bigint[]) AS p(k, at, counted) WHERE doubts.send = p.k;

-- rivals
/* What may still turn up at the provider, for the same person: in doubt, or without a record. */
SELECT s.key AS send, c.content FROM sends s JOIN contents c ON c.send = s.key
WHERE s.lane = (:lane::bigint[])[1] AND s.recipient = (:recipient::text[])[1]
  AND s.key IN (SELECT send FROM doubts WHERE lane = (:lane::bigint[])[1]
    UNION SELECT send FROM intents WHERE lane = (:lane::bigint[])[1]);

-- sweptClaims
SELECT d.send FROM doubts d JOIN unnest(:send::bigint[], :attempt::bigint[], :worker::text[], :claim::bigint[])
  AS p(send, attempt, worker, claim) USING (send, attempt, worker, claim);
