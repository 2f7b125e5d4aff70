-- A parameter is a column of the batch: one statement takes all its rows.

-- stamp
/* Grows with every change of any list. */
SELECT count(*) AS count, coalesce(sum(version), 0)::bigint AS versions FROM template_lists;

-- lists
SELECT account, listed_at, failure, wanted_at FROM template_lists ORDER BY account;

-- all
SELECT account, name, language, status, category, quality, components, changed_at, seen_at, id, format, rejection,
  announced, announced_at, status_at, quality_at, category_at
FROM templates ORDER BY account, name, language;

-- one
SELECT t.account, t.name, t.language, t.status, t.category, t.quality, t.components, t.changed_at, t.seen_at, t.id,
  t.format, t.rejection, t.announced, t.announced_at, t.status_at, t.quality_at, t.category_at
FROM templates t JOIN unnest(:account::text[], :name::text[], :language::text[]) AS p(account, name, language)
  ON t.account = p.account AND t.name = p.name AND t.language = p.language
FOR UPDATE OF t;

-- save
/* What was told, or made by us, since the reading of the list began is newer than the list. The provider tells by its
   own clock, on which that beginning is `told`. */
INSERT INTO templates (account, name, language, status, category, quality, components, changed_at, seen_at, id, format,
  rejection, announced, announced_at)
SELECT p.account, p.name, p.language, p.status, p.category, p.quality, p.components, p.at, p.at, p.id, p.format,
  p.rejection, p.announced, CASE WHEN p.announced = '' THEN 0 ELSE p.at END
FROM unnest(:account::text[], :name::text[], :language::text[], :status::text[], :category::text[], :quality::text[],
  :components::bytea[], :id::text[], :format::text[], :rejection::text[], :announced::text[], :at::bigint[])
  AS p(account, name, language, status, category, quality, components, id, format, rejection, announced, at)
ON CONFLICT (account, name, language) DO UPDATE SET seen_at = excluded.seen_at,
  changed_at = CASE WHEN templates.status <> excluded.status AND templates.status_at < (:told::bigint[])[1]
    OR templates.category <> excluded.category AND templates.category_at < (:told::bigint[])[1]
    OR templates.quality <> excluded.quality AND templates.quality_at < (:told::bigint[])[1]
    OR templates.components <> excluded.components
    THEN excluded.changed_at ELSE templates.changed_at END,
  status = CASE WHEN templates.status_at < (:told::bigint[])[1] THEN excluded.status ELSE templates.status END,
  rejection = CASE WHEN templates.status_at < (:told::bigint[])[1]
    THEN excluded.rejection ELSE templates.rejection END,
  category = CASE WHEN templates.category_at < (:told::bigint[])[1] THEN excluded.category ELSE templates.category END,
  announced_at = CASE WHEN templates.announced = excluded.announced OR templates.category_at >= (:told::bigint[])[1]
    THEN templates.announced_at ELSE excluded.announced_at END,
  announced = CASE WHEN templates.category_at < (:told::bigint[])[1]
    THEN excluded.announced ELSE templates.announced END,
  quality = CASE WHEN templates.quality_at < (:told::bigint[])[1] THEN excluded.quality ELSE templates.quality END,
  components = excluded.components, id = excluded.id, format = excluded.format
WHERE templates.seen_at < (:since::bigint[])[1];

-- put
/* One, as it is now. */
INSERT INTO templates (account, name, language, status, category, quality, components, changed_at, seen_at, id, format,
  rejection, announced, announced_at, status_at, quality_at, category_at)
SELECT p.account, p.name, p.language, p.status, p.category, p.quality, p.components, p.changed_at, p.seen_at, p.id,
  p.format, p.rejection, p.announced, p.announced_at, p.status_at, p.quality_at, p.category_at
FROM unnest(:account::text[], :name::text[], :language::text[], :status::text[], :category::text[], :quality::text[],
  :components::bytea[], :changed_at::bigint[], :seen_at::bigint[], :id::text[], :format::text[], :rejection::text[],
  :announced::text[], :announced_at::bigint[], :status_at::bigint[], :quality_at::bigint[], :category_at::bigint[])
  AS p(account, name, language, status, category, quality, components, changed_at, seen_at, id, format, rejection,
    announced, announced_at, status_at, quality_at, category_at)
ON CONFLICT (account, name, language) DO UPDATE SET status = excluded.status, category = excluded.category,
  quality = excluded.quality, components = excluded.components, changed_at = excluded.changed_at,
  seen_at = excluded.seen_at, id = excluded.id, format = excluded.format, rejection = excluded.rejection,
  announced = excluded.announced, announced_at = excluded.announced_at, status_at = excluded.status_at,
  quality_at = excluded.quality_at, category_at = excluded.category_at;

-- vanish
/* What the list no longer has. */
UPDATE templates SET status = 'DELETED', changed_at = (:at::bigint[])[1]
WHERE account = (:account::text[])[1] AND seen_at < (:since::bigint[])[1] AND status_at < (:told::bigint[])[1]
  AND status <> 'DELETED';

-- touch
INSERT INTO template_lists (account, version, listed_at, failure)
SELECT p.account, 1, p.at, p.failure
FROM unnest(:account::text[], :at::bigint[], :failure::text[]) AS p(account, at, failure)
ON CONFLICT (account) DO UPDATE SET version = template_lists.version + 1, failure = excluded.failure,
  listed_at = greatest(template_lists.listed_at, excluded.listed_at);

-- stir
/* Whoever knows the templates reads them again. */
UPDATE template_lists SET version = version + 1 WHERE account = ANY(:account::text[]);

-- want
/* The list is to be read again. */
UPDATE template_lists SET version = version + 1, wanted_at = (:at::bigint[])[1] WHERE account = ANY(:account::text[]);
