-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- standings
SELECT :place AS place, key, lane, state, attempt, last_attempt, failed, proven, version FROM sends WHERE id = :id;

-- move
UPDATE sends SET state = :state, proven = :proven, version = :version, changed = :changed,
  history = CAST(coalesce(history, x'') || :history AS BLOB)
WHERE key = :key;

-- insertProviderIDs
INSERT INTO provider_ids (day, id, send, attempt)
VALUES (:day, :id, :send, :attempt)
ON CONFLICT (day, id) DO NOTHING;

-- findProviderIDs
SELECT id, send, attempt FROM provider_ids WHERE day = :day AND id = :id;

-- latestDay
/* The ids are kept by day, and almost every callback is about a message of today. */
SELECT max(day) AS day FROM provider_ids WHERE day < :before;
