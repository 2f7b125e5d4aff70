-- A parameter is a column of the batch: one statement takes all its rows.

-- add
INSERT INTO tallies (at, app, company, state, count)
SELECT * FROM unnest(:at::bigint[], :app::text[], :company::text[], :state::bigint[], :count::bigint[])
  AS p(at, app, company, state, count)
ON CONFLICT (at, app, company, state) DO UPDATE SET count = tallies.count + excluded.count;

-- of
SELECT at - at % (:step::bigint[])[1] AS at, state, sum(count)::bigint AS count FROM tallies
WHERE at >= (:since::bigint[])[1] AND app = (:app::text[])[1] AND company = (:company::text[])[1]
GROUP BY 1, 2 ORDER BY 1, 2;

-- all
SELECT at - at % (:step::bigint[])[1] AS at, state, sum(count)::bigint AS count FROM tallies
WHERE at >= (:since::bigint[])[1] GROUP BY 1, 2 ORDER BY 1, 2;

-- prune
DELETE FROM tallies WHERE at < (:before::bigint[])[1];
