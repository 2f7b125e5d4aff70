-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- add
INSERT INTO standings (at, app, company, state, count)
VALUES (:at, :app, :company, :state, :count)
ON CONFLICT (at, app, company, state) DO UPDATE SET count = standings.count + excluded.count;

-- of
SELECT state, sum(count) AS count FROM standings
WHERE at >= :since AND app = :app AND company = :company GROUP BY state ORDER BY state;

-- all
SELECT state, sum(count) AS count FROM standings WHERE at >= :since GROUP BY state ORDER BY state;

-- prune
DELETE FROM standings WHERE at < :before;
