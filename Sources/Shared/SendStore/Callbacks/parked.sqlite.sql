-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- insert
INSERT INTO parked (at, send_id, provider_id, callback)
VALUES (:at, :send_id, :provider_id, :callback);

-- forProviderIDs
SELECT seq, callback FROM parked WHERE provider_id = :provider_id;

-- forSends
SELECT seq, callback FROM parked WHERE send_id = :send_id;

-- byNumber
SELECT seq, callback FROM parked WHERE seq = :seq;

-- after
/* Whether its send has come, looked up without a lock. */
SELECT at, seq, EXISTS (SELECT 1 FROM sends s WHERE s.id = p.send_id)
  OR EXISTS (SELECT 1 FROM provider_ids i WHERE i.day IN (:today, :today - 1, :today - 2)
    AND i.id = p.provider_id) AS is_met
FROM parked p WHERE (at, seq) > (:at, :seq) ORDER BY at, seq LIMIT :limit;

-- before
SELECT seq, at, callback FROM parked WHERE at < :before ORDER BY at, seq LIMIT :limit;

-- oldest
SELECT seq, at, callback FROM parked ORDER BY seq LIMIT :limit;

-- count
SELECT count(*) AS count FROM parked;

-- delete
DELETE FROM parked WHERE seq = :seq;
