-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- find
SELECT kind, value, person FROM identities
WHERE app = :app AND company = :company AND kind = :kind AND value = :value;

-- add
INSERT INTO persons (app, company, name, created, changed) VALUES (:app, :company, :name, :now, :now)
RETURNING key;

-- identify
/* Whoever has it keeps it. */
INSERT INTO identities (app, company, kind, value, person, since)
VALUES (:app, :company, :kind, :value, :person, :now) ON CONFLICT DO NOTHING;

-- one
SELECT key, app, company, name, is_name_typed, language, created, changed FROM persons WHERE key = :person;

-- identities
SELECT person, kind, value, since FROM identities WHERE person = :person ORDER BY kind, since, value;

-- named
/* A name that was typed stays. */
UPDATE persons SET name = :name, is_name_typed = :is_typed, changed = :now
WHERE key = :person AND (:is_typed = 1 OR is_name_typed = 0) AND coalesce(name, '') <> :name;

-- remove
DELETE FROM persons WHERE key = :person;
