-- A parameter is a column of the batch: one statement takes all its rows.

-- tell
INSERT INTO agents (app, company, name, is_present, since)
SELECT * FROM unnest(:app::text[], :company::text[], :name::text[], :is_present::bigint[], :now::bigint[])
ON CONFLICT (app, company, name) DO UPDATE SET is_present = excluded.is_present,
  since = CASE WHEN agents.is_present = excluded.is_present THEN agents.since ELSE excluded.since END;

-- all
SELECT app, company, name, is_present, since FROM agents;

-- present
/* Locked in one order, so that whoever comes second sees what the first has changed. */
SELECT a.app, a.company, a.name, a.turn FROM agents a
JOIN unnest(:app::text[], :company::text[], :name::text[]) AS p(a, c, n)
  ON a.app = p.a AND a.company = p.c AND a.name = p.n
WHERE a.is_present = 1 ORDER BY a.app, a.company, a.name FOR UPDATE OF a;

-- took
UPDATE agents SET turn = p.t
FROM unnest(:app::text[], :company::text[], :name::text[], :turn::bigint[]) AS p(a, c, n, t)
WHERE app = p.a AND company = p.c AND name = p.n;

-- open
/* How many conversations each has in charge, of all tenants. */
SELECT app, company, agent, count(*) AS count FROM conversations
WHERE is_archived = 0 AND agent IS NOT NULL GROUP BY app, company, agent;

-- openOf
/* Of one tenant. */
SELECT app, company, agent, count(*) AS count FROM conversations
WHERE app = (:app::text[])[1] AND company = (:company::text[])[1] AND is_archived = 0 AND agent IS NOT NULL
GROUP BY app, company, agent;
