-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- find
SELECT kind, value, person FROM identities
WHERE app = :app AND company = :company AND kind = :kind AND value = :value;

-- add
INSERT INTO persons (app, company, name, folded, created, changed)
VALUES (:app, :company, :name, :folded, :now, :now)
RETURNING key;

-- identify
/* Whoever has it keeps it. */
INSERT INTO identities (app, company, kind, value, person, since)
VALUES (:app, :company, :kind, :value, :person, :now) ON CONFLICT DO NOTHING;

-- one
SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM persons WHERE key = :person;

-- identities
SELECT person, kind, value, since FROM identities WHERE person = :person ORDER BY kind, since, value;

-- named
/* A name that was typed stays. */
UPDATE persons SET name = :name, folded = :folded, is_name_typed = :is_typed, changed = :now
WHERE key = :person AND (:is_typed = 1 OR is_name_typed = 0)
  AND (coalesce(name, '') <> :name OR is_name_typed <> :is_typed);

-- remove
DELETE FROM persons WHERE key = :person;

-- page
/* The newest first. */
SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM persons
WHERE key < :before AND merged_into IS NULL
ORDER BY key DESC LIMIT :limit;

-- pageOf
SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM persons
WHERE app = :app AND company = :company AND key < :before AND merged_into IS NULL
ORDER BY key DESC LIMIT :limit;

-- called
/* The newest first, in whose names these words are: the last may be only begun. Without an app: of all tenants. */
SELECT key, app, company, p.name, is_name_typed, language, created, changed, merged_into
FROM person_words w JOIN persons p ON p.key = w.rowid
WHERE person_words MATCH :words || '*' AND w.rowid < :before AND merged_into IS NULL
  AND (:app IS NULL OR (app = :app AND company = :company))
ORDER BY w.rowid DESC LIMIT :limit;

-- byIdentity
/* Of whatever tenant. */
SELECT person FROM identities WHERE value = :value ORDER BY person;

-- speak
UPDATE persons SET language = :language, changed = :now WHERE key = :person;

-- lock
SELECT key FROM persons WHERE key = :person;

-- become
/* What one person is known by is another's. */
UPDATE identities SET person = :into WHERE person = :person;

-- takeBack
UPDATE identities SET person = :person
WHERE app = :app AND company = :company AND kind = :kind AND value = :value AND person = :from;

-- merge
UPDATE persons SET merged_into = :into, changed = :now WHERE key = :person;

-- addMerge
INSERT INTO merges (into_person, from_person, at, actor, identities, conversations)
VALUES (:into, :from, :at, :actor, :identities, :conversations)
RETURNING key;

-- merges
/* The latest first. */
SELECT key, into_person, from_person, at, actor, identities, conversations, undone FROM merges
WHERE into_person = :person OR from_person = :person ORDER BY key DESC;

-- undo
UPDATE merges SET undone = :now WHERE key = :merge AND undone IS NULL RETURNING key;
