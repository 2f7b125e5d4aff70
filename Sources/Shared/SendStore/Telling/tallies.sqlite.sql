-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- add
INSERT INTO tallies (at, app, company, state, count)
VALUES (:at, :app, :company, :state, :count)
ON CONFLICT (at, app, company, state) DO UPDATE SET count = tallies.count + excluded.count;

-- of
SELECT at - at % :step AS at, state, sum(count) AS count FROM tallies
WHERE at >= :since AND app = :app AND company = :company GROUP BY 1, 2 ORDER BY 1, 2;

-- all
SELECT at - at % :step AS at, state, sum(count) AS count FROM tallies
WHERE at >= :since GROUP BY 1, 2 ORDER BY 1, 2;

-- prune
DELETE FROM tallies WHERE at < :before;
