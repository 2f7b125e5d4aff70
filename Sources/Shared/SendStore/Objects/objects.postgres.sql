-- A parameter is a column of the batch: one statement takes all its rows.

-- page
SELECT app, company, name, definition, created, changed, version FROM objects
WHERE app = (:app::text[])[1] AND company = (:company::text[])[1] AND name > (:after::text[])[1]
ORDER BY name LIMIT (:limit::bigint[])[1];

-- named
SELECT o.app, o.company, o.name, o.definition, o.created, o.changed, o.version FROM objects o
JOIN unnest(:app::text[], :company::text[], :name::text[]) AS p(app, company, name)
  ON o.app = p.app AND o.company = p.company AND o.name = p.name;

-- count
SELECT count(*) AS count FROM objects WHERE app = (:app::text[])[1] AND company = (:company::text[])[1];

-- add
INSERT INTO objects (app, company, name, definition, created, changed, version)
SELECT p.app, p.company, p.name, p.definition, p.at, p.at, 1
FROM unnest(:app::text[], :company::text[], :name::text[], :definition::bytea[], :at::bigint[], :version::bigint[])
  AS p(app, company, name, definition, at, version)
WHERE p.version = 0
ON CONFLICT DO NOTHING RETURNING app, company, name, definition, created, changed, version;

-- replace
/* Only over the version that was read: who comes second reads again. */
UPDATE objects o SET definition = p.definition, changed = p.at, version = o.version + 1
FROM unnest(:app::text[], :company::text[], :name::text[], :definition::bytea[], :at::bigint[], :version::bigint[])
  AS p(app, company, name, definition, at, version)
WHERE o.app = p.app AND o.company = p.company AND o.name = p.name AND o.version = p.version
RETURNING o.app, o.company, o.name, o.definition, o.created, o.changed, o.version;

-- remove
DELETE FROM objects o USING unnest(:app::text[], :company::text[], :name::text[]) AS p(app, company, name)
WHERE o.app = p.app AND o.company = p.company AND o.name = p.name RETURNING o.name;
