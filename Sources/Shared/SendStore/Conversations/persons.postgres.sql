-- A parameter is a column of the batch: one statement takes all its rows.

-- find
SELECT i.kind, i.value, i.person FROM identities i
JOIN unnest(:app::text[], :company::text[], :kind::bigint[], :value::text[]) AS p(a, c, k, v)
  ON i.app = p.a AND i.company = p.c AND i.kind = p.k AND i.value = p.v;

-- add
INSERT INTO persons (app, company, name, created, changed)
SELECT p.a, p.c, p.n, p.t, p.t
FROM unnest(:app::text[], :company::text[], :name::text[], :now::bigint[]) AS p(a, c, n, t)
RETURNING key;

-- identify
/* Whoever has it keeps it. */
INSERT INTO identities (app, company, kind, value, person, since)
SELECT * FROM unnest(:app::text[], :company::text[], :kind::bigint[], :value::text[], :person::bigint[],
  :now::bigint[])
ON CONFLICT DO NOTHING;

-- one
SELECT key, app, company, name, is_name_typed, language, created, changed FROM persons
WHERE key = ANY(:person::bigint[]);

-- identities
SELECT person, kind, value, since FROM identities WHERE person = ANY(:person::bigint[]) ORDER BY kind, since, value;

-- named
/* A name that was typed stays. */
UPDATE persons SET name = p.n, is_name_typed = p.t, changed = p.now
FROM unnest(:person::bigint[], :name::text[], :is_typed::bigint[], :now::bigint[]) AS p(k, n, t, now)
WHERE key = p.k AND (p.t = 1 OR is_name_typed = 0) AND coalesce(name, '') <> p.n;

-- remove
DELETE FROM persons WHERE key = ANY(:person::bigint[]);
