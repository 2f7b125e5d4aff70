-- A parameter is a column of the batch: one statement takes all its rows.

-- oldest
SELECT o.seq, o.version, s.id, s.recipient, l.name AS sender, l.app, l.company, f.campaign, h.state, h.attempt, h.at,
  h.provider_at, h.code, h.detail, c.content, f.template, s.due, s.expires,
  (SELECT p.id FROM provider_ids p WHERE p.send = o.send AND p.attempt = h.attempt LIMIT 1) AS provider_id
FROM (SELECT seq, send, version FROM outbox ORDER BY seq LIMIT (:limit::bigint[])[1]) o
JOIN sends s ON s.key = o.send
JOIN lanes l ON l.key = s.lane
JOIN flows f ON f.key = s.flow
JOIN history h ON h.send = o.send AND h.version = o.version
JOIN contents c ON c.send = o.send
ORDER BY o.seq;

-- delete
/* One by one and not up to a number: rows are committed out of order. */
DELETE FROM outbox WHERE seq = ANY(:seq::bigint[]);

-- count
SELECT count(*) AS count FROM outbox;

-- insert
INSERT INTO outbox (send, version)
SELECT * FROM unnest(:send::bigint[], :version::bigint[]) AS p(send, version);

-- unpublished
SELECT DISTINCT send FROM outbox WHERE send BETWEEN (:first::bigint[])[1] AND (:last::bigint[])[1];
