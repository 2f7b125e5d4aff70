-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- tell
INSERT INTO agents (app, company, name, is_present, since)
VALUES (:app, :company, :name, :is_present, :now)
ON CONFLICT (app, company, name) DO UPDATE SET is_present = excluded.is_present,
  since = CASE WHEN agents.is_present = excluded.is_present THEN agents.since ELSE excluded.since END;

-- all
SELECT app, company, name, is_present, since FROM agents;

-- present
SELECT app, company, name, turn FROM agents
WHERE app = :app AND company = :company AND name = :name AND is_present = 1;

-- took
UPDATE agents SET turn = :turn WHERE app = :app AND company = :company AND name = :name;

-- open
/* How many conversations each has in charge, of all tenants. */
SELECT app, company, agent, count(*) AS count FROM conversations
WHERE is_archived = 0 AND agent IS NOT NULL GROUP BY app, company, agent;

-- openOf
/* Of one tenant. */
SELECT app, company, agent, count(*) AS count FROM conversations
WHERE app = :app AND company = :company AND is_archived = 0 AND agent IS NOT NULL GROUP BY app, company, agent;
