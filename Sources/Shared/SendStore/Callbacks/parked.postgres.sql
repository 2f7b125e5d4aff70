-- A parameter is a column of the batch: one statement takes all its rows.

-- insert
INSERT INTO parked (at, send_id, provider_id, callback)
SELECT * FROM unnest(:at::bigint[], :send_id::bytea[], :provider_id::text[], :callback::bytea[])
  AS p(at, send_id, provider_id, callback);

-- forProviderIDs
SELECT seq, callback FROM parked WHERE provider_id = ANY(:provider_id::text[]);

-- forSends
SELECT seq, callback FROM parked WHERE send_id = ANY(:send_id::bytea[]);

-- byNumber
SELECT seq, callback FROM parked WHERE seq = ANY(:seq::bigint[]);

-- after
/* Whether its send has come, looked up without a lock. */
SELECT at, seq, (SELECT 1 FROM sends s WHERE s.id = p.send_id) IS NOT NULL
  OR (SELECT 1 FROM provider_ids i
    WHERE i.day IN ((:today::bigint[])[1], (:today::bigint[])[1] - 1, (:today::bigint[])[1] - 2)
      AND i.id = p.provider_id LIMIT 1)
  IS NOT NULL AS is_met
FROM parked p WHERE (at, seq) > ((:at::bigint[])[1], (:seq::bigint[])[1]) ORDER BY at, seq LIMIT (:limit::bigint[])[1];

-- before
SELECT seq, at, callback FROM parked WHERE at < (:before::bigint[])[1] ORDER BY at, seq LIMIT (:limit::bigint[])[1];

-- oldest
SELECT seq, at, callback FROM parked ORDER BY seq LIMIT (:limit::bigint[])[1];

-- count
SELECT count(*) AS count FROM parked;

-- delete
DELETE FROM parked WHERE seq = ANY(:seq::bigint[]);
