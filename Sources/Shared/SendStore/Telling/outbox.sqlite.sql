-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- oldest
/* A row without `changes` is one change, written by a worker of an earlier version. */
SELECT seq, send, version, changes FROM outbox ORDER BY seq LIMIT :limit;

-- about
SELECT s.key, s.id, s.recipient, s.lane, l.name AS sender, l.app, l.company, f.campaign, f.campaign_key, f.kind,
  f.template, c.content, s.due,
  min(s.expires, coalesce((SELECT expires FROM campaigns WHERE key = f.campaign_key), s.expires)) AS expires,
  s.history, (SELECT report FROM reports WHERE send = s.key) AS report
FROM sends s JOIN contents c ON c.send = s.key JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow
WHERE s.key = :send;

-- providerIDs
SELECT send, attempt, id FROM provider_ids WHERE send = :send;

-- changes
/* Those with a row of their own. */
SELECT send, version, state, attempt, at, provider_at, code, detail FROM history
WHERE send = :send AND version = :version;

-- delete
/* One by one and not up to a number: rows are committed out of order. */
DELETE FROM outbox WHERE seq = :seq RETURNING seq;

-- count
SELECT coalesce(sum(coalesce(length(changes) / 12, 1)), 0) AS count FROM outbox;

-- insert
INSERT INTO outbox (send, version)
VALUES (:send, :version);

-- insertPacked
INSERT INTO outbox (send, version, last, changes)
VALUES (:send, 0, :last, :changes);

-- unpublished
SELECT seq, send, version, changes FROM outbox WHERE send <= :last AND coalesce(last, send) >= :first;
