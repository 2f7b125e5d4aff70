-- A parameter is a column of the batch: one statement takes all its rows.

-- fact
SELECT value FROM facts WHERE name = ANY(:name::text[]);

-- noteFact
INSERT INTO facts (name, value)
SELECT * FROM unnest(:name::text[], :value::bigint[]) AS p(name, value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- addToFact
INSERT INTO facts (name, value)
SELECT * FROM unnest(:name::text[], :value::bigint[]) AS p(name, value)
ON CONFLICT (name) DO UPDATE SET value = facts.value + excluded.value;

-- server
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS server, at, reached, gap FROM clock WHERE key = 1;

-- saveServer
/* Only over the anchor that was read, and not where another transaction renews it right now: that is enough. */
UPDATE clock SET at = p.at, reached = p.reached, gap = p.gap
FROM unnest(:at::bigint[], :reached::bigint[], :gap::bigint[], :old_at::bigint[]) AS p(at, reached, gap, old_at)
WHERE clock.key IN (SELECT c.key FROM clock c WHERE c.at = p.old_at FOR UPDATE SKIP LOCKED);
