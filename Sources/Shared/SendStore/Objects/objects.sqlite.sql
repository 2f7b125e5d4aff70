-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- page
SELECT app, company, name, definition, created, changed, version FROM objects
WHERE app = :app AND company = :company AND name > :after ORDER BY name LIMIT :limit;

-- named
SELECT app, company, name, definition, created, changed, version FROM objects
WHERE app = :app AND company = :company AND name = :name;

-- count
SELECT count(*) AS count FROM objects WHERE app = :app AND company = :company;

-- add
INSERT INTO objects (app, company, name, definition, created, changed, version)
SELECT :app, :company, :name, :definition, :at, :at, 1 WHERE :version = 0
ON CONFLICT DO NOTHING RETURNING app, company, name, definition, created, changed, version;

-- replace
/* Only over the version that was read: who comes second reads again. */
UPDATE objects SET definition = :definition, changed = :at, version = version + 1
WHERE app = :app AND company = :company AND name = :name AND version = :version
RETURNING app, company, name, definition, created, changed, version;

-- remove
DELETE FROM objects WHERE app = :app AND company = :company AND name = :name RETURNING name;
