-- A parameter is a column of the batch: one statement takes all its rows.

-- find
SELECT i.kind, i.value, i.person FROM identities i
JOIN unnest(:app::text[], :company::text[], :kind::bigint[], :value::text[]) AS p(a, c, k, v)
  ON i.app = p.a AND i.company = p.c AND i.kind = p.k AND i.value = p.v;

-- add
INSERT INTO persons (app, company, name, folded, created, changed)
SELECT p.a, p.c, p.n, p.f, p.t, p.t
FROM unnest(:app::text[], :company::text[], :name::text[], :folded::text[], :now::bigint[]) AS p(a, c, n, f, t)
RETURNING key;

-- identify
/* Whoever has it keeps it. */
INSERT INTO identities (app, company, kind, value, person, since)
SELECT * FROM unnest(:app::text[], :company::text[], :kind::bigint[], :value::text[], :person::bigint[],
  :now::bigint[])
ON CONFLICT DO NOTHING;

-- one
SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM persons
WHERE key = ANY(:person::bigint[]);

-- identities
SELECT person, kind, value, since FROM identities WHERE person = ANY(:person::bigint[]) ORDER BY kind, since, value;

-- named
/* A name that was typed stays. */
UPDATE persons SET name = p.n, folded = p.f, is_name_typed = p.t, changed = p.now
FROM unnest(:person::bigint[], :name::text[], :folded::text[], :is_typed::bigint[], :now::bigint[])
  AS p(k, n, f, t, now)
WHERE key = p.k AND (p.t = 1 OR is_name_typed = 0) AND (coalesce(name, '') <> p.n OR is_name_typed <> p.t);

-- remove
DELETE FROM persons WHERE key = ANY(:person::bigint[]);

-- page
/* The newest first. */
SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM persons
WHERE key < (:before::bigint[])[1] AND merged_into IS NULL
ORDER BY key DESC LIMIT (:limit::bigint[])[1];

-- pageOf
SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM persons
WHERE app = (:app::text[])[1] AND company = (:company::text[])[1] AND key < (:before::bigint[])[1]
  AND merged_into IS NULL
ORDER BY key DESC LIMIT (:limit::bigint[])[1];

-- called
/* The newest first, in whose names these words are: the last may be only begun. Without an app: of all tenants. */
WITH called AS MATERIALIZED (
  SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM persons
  WHERE to_tsvector('simple'::regconfig, plain_words(coalesce(name, '')))
    @@ to_tsquery('simple', replace((:words::text[])[1], ' ', ' & ') || ':*'))
SELECT key, app, company, name, is_name_typed, language, created, changed, merged_into FROM called
WHERE key < (:before::bigint[])[1] AND merged_into IS NULL
  AND ((:app::text[])[1] IS NULL OR (app = (:app::text[])[1] AND company = (:company::text[])[1]))
ORDER BY key DESC LIMIT (:limit::bigint[])[1];

-- byIdentity
/* Of whatever tenant. */
SELECT person FROM identities WHERE value = (:value::text[])[1] ORDER BY person;

-- speak
UPDATE persons SET language = p.l, changed = p.now
FROM unnest(:person::bigint[], :language::text[], :now::bigint[]) AS p(k, l, now) WHERE key = p.k;

-- lock
SELECT key FROM persons WHERE key = ANY(:person::bigint[]) ORDER BY key FOR UPDATE;

-- become
/* What one person is known by is another's. */
UPDATE identities SET person = p.i FROM unnest(:person::bigint[], :into::bigint[]) AS p(k, i)
WHERE person = p.k;

-- takeBack
UPDATE identities SET person = p.p
FROM unnest(:app::text[], :company::text[], :kind::bigint[], :value::text[], :from::bigint[], :person::bigint[])
  AS p(a, c, k, v, f, p)
WHERE app = p.a AND company = p.c AND kind = p.k AND value = p.v AND person = p.f;

-- merge
UPDATE persons SET merged_into = p.i, changed = p.now
FROM unnest(:person::bigint[], :into::bigint[], :now::bigint[]) AS p(k, i, now) WHERE key = p.k;

-- addMerge
INSERT INTO merges (into_person, from_person, at, actor, identities, conversations)
SELECT * FROM unnest(:into::bigint[], :from::bigint[], :at::bigint[], :actor::text[], :identities::text[],
  :conversations::text[])
RETURNING key;

-- merges
/* The latest first. */
SELECT key, into_person, from_person, at, actor, identities, conversations, undone FROM merges
WHERE into_person = (:person::bigint[])[1] OR from_person = (:person::bigint[])[1] ORDER BY key DESC;

-- undo
UPDATE merges SET undone = p.now FROM unnest(:merge::bigint[], :now::bigint[]) AS p(k, now)
WHERE key = p.k AND undone IS NULL RETURNING key;
