-- A parameter is a column of the batch: one statement takes all its rows.

-- oldest
/* A row without `changes` is one change, written by a worker of an earlier version. */
SELECT seq, send, version, changes FROM outbox ORDER BY seq LIMIT (:limit::bigint[])[1];

-- about
/* One send after the other by its key: a table that was small when the plan was made may be large now. */
SELECT s.key, s.id, s.recipient, s.lane, l.name AS sender, l.app, l.company, f.campaign, f.campaign_key, f.kind,
  f.template, s.content, s.due,
  least(s.expires, (SELECT expires FROM campaigns WHERE key = f.campaign_key)) AS expires, s.history, s.report
FROM unnest(:send::bigint[]) AS p(k)
CROSS JOIN LATERAL (
  SELECT s.key, s.id, s.recipient, s.lane, s.flow, s.due, s.expires, s.history, c.content,
    (SELECT report FROM reports WHERE send = p.k) AS report
  FROM sends s JOIN contents c ON c.send = s.key WHERE s.key = p.k OFFSET 0) s
JOIN lanes l ON l.key = s.lane
JOIN flows f ON f.key = s.flow;

-- providerIDs
SELECT i.send, i.attempt, i.id FROM unnest(:send::bigint[]) AS p(k)
CROSS JOIN LATERAL (SELECT send, attempt, id FROM provider_ids WHERE send = p.k OFFSET 0) i;

-- changes
/* Those with a row of their own. */
SELECT h.send, h.version, h.state, h.attempt, h.at, h.provider_at, h.code, h.detail
FROM unnest(:send::bigint[], :version::bigint[]) AS p(k, v)
CROSS JOIN LATERAL (SELECT * FROM history WHERE send = p.k AND version = p.v OFFSET 0) h;

-- delete
/* One by one and not up to a number: rows are committed out of order. */
DELETE FROM outbox WHERE seq = ANY(:seq::bigint[]) RETURNING seq;

-- count
SELECT coalesce(sum(coalesce(length(changes) / 12, 1)), 0)::bigint AS count FROM outbox;

-- insert
INSERT INTO outbox (send, version)
SELECT * FROM unnest(:send::bigint[], :version::bigint[]) AS p(send, version);

-- insertPacked
INSERT INTO outbox (send, version, last, changes)
SELECT send, 0, last, changes
FROM unnest(:send::bigint[], :last::bigint[], :changes::bytea[]) AS p(send, last, changes);

-- unpublished
SELECT seq, send, version, changes FROM outbox
WHERE send <= (:last::bigint[])[1] AND coalesce(last, send) >= (:first::bigint[])[1];
