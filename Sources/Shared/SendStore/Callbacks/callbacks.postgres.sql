-- A parameter is a column of the batch: one statement takes all its rows.

-- advance
/* Only steps forward of the only attempt of a send that the signer owns: all else is judged one by one. */
WITH moved AS (
  UPDATE sends SET state = p.state, version = version + 1, proven = proven | (1::bigint << p.n::int),
    changed = (:now::bigint[])[1]
  FROM unnest(:id::bytea[], :attempt::bigint[], :state::bigint[], :first_lane::bigint[], :last_lane::bigint[],
    :provider_at::bigint[], :code::text[], :detail::bytea[]) WITH ORDINALITY
    AS p(wanted, n, state, first_lane, last_lane, provider_at, code, detail, place)
  WHERE sends.id = p.wanted AND sends.attempt = p.n AND sends.last_attempt = p.n
    AND sends.state BETWEEN 3 /* accepted */ AND 5 /* delivered */ AND sends.state < p.state
      AND sends.failed & (1::bigint << p.n::int) = 0
    AND sends.lane = ANY((:lanes::bigint[])[p.first_lane:p.last_lane])
  RETURNING p.place, sends.key, sends.version, sends.state, p.n, p.provider_at, p.code, p.detail
), told AS (
  INSERT INTO history (send, version, state, attempt, at, provider_at, code, detail)
  SELECT key, version, state, n, (:now::bigint[])[1], provider_at, code, detail FROM moved
), queued AS (
  INSERT INTO outbox (send, version) SELECT key, version FROM moved
)
SELECT place FROM moved;

-- advancePacked
/* The same where the store is written in its packed form. */
WITH moved AS (
  UPDATE sends SET state = p.state, version = version + 1, proven = proven | (1::bigint << p.n::int),
    changed = (:now::bigint[])[1],
    history = coalesce(history, '') || int4send((version + 1)::int) || p.change
  FROM unnest(:id::bytea[], :attempt::bigint[], :state::bigint[], :first_lane::bigint[], :last_lane::bigint[],
    :change::bytea[]) WITH ORDINALITY AS p(wanted, n, state, first_lane, last_lane, change, place)
  WHERE sends.id = p.wanted AND sends.attempt = p.n AND sends.last_attempt = p.n
    AND sends.state BETWEEN 3 /* accepted */ AND 5 /* delivered */ AND sends.state < p.state
      AND sends.failed & (1::bigint << p.n::int) = 0
    AND sends.lane = ANY((:lanes::bigint[])[p.first_lane:p.last_lane])
  RETURNING p.place, sends.key, sends.version
), queued AS (
  INSERT INTO outbox (send, version, last, changes)
  SELECT min(key), 0, max(key), string_agg(int8send(key) || int4send(version::int), '') FROM moved HAVING count(*) > 0
)
SELECT place FROM moved;

-- standings
/* Locked in the order of their keys. */
SELECT p.place, s.key, s.lane, s.state, s.attempt, s.last_attempt, s.failed, s.proven, s.version
FROM unnest(:id::bytea[], :place::bigint[]) AS p(wanted, place) JOIN sends s ON s.id = p.wanted
ORDER BY s.key FOR NO KEY UPDATE OF s;

-- move
UPDATE sends SET state = p.state, proven = p.proven, version = p.version, changed = p.changed,
  history = coalesce(sends.history, '') || p.history
FROM unnest(:key::bigint[], :state::bigint[], :proven::bigint[], :version::bigint[], :changed::bigint[],
  :history::bytea[]) AS p(k, state, proven, version, changed, history)
WHERE sends.key = p.k;

-- insertProviderIDs
INSERT INTO provider_ids (day, id, send, attempt)
SELECT * FROM unnest(:day::bigint[], :id::text[], :send::bigint[], :attempt::bigint[]) AS p(day, id, send, attempt)
ON CONFLICT (day, id) DO NOTHING;

-- findProviderIDs
SELECT i.id, i.send, i.attempt FROM unnest(:day::bigint[], :id::text[]) AS p(d, i)
CROSS JOIN LATERAL (SELECT id, send, attempt FROM provider_ids WHERE day = p.d AND id = p.i OFFSET 0) i;

-- latestDay
/* The ids are kept by day, and almost every callback is about a message of today. */
SELECT max(day) AS day FROM provider_ids WHERE day < (:before::bigint[])[1];
