-- A parameter is a column of the batch: one statement takes all its rows.

-- add
INSERT INTO standings (at, app, company, state, count)
SELECT * FROM unnest(:at::bigint[], :app::text[], :company::text[], :state::bigint[], :count::bigint[])
  AS p(at, app, company, state, count)
ON CONFLICT (at, app, company, state) DO UPDATE SET count = standings.count + excluded.count;

-- of
SELECT state, sum(count)::bigint AS count FROM standings
WHERE at >= (:since::bigint[])[1] AND app = (:app::text[])[1] AND company = (:company::text[])[1]
GROUP BY state ORDER BY state;

-- all
SELECT state, sum(count)::bigint AS count FROM standings
WHERE at >= (:since::bigint[])[1] GROUP BY state ORDER BY state;

-- prune
DELETE FROM standings WHERE at < (:before::bigint[])[1];
