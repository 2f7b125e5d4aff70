-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- stamp
/* Grows with every change of any list. */
SELECT count(*) AS count, coalesce(sum(version), 0) AS versions FROM template_lists;

-- lists
SELECT account, listed_at, failure, wanted_at FROM template_lists ORDER BY account;

-- all
SELECT account, name, language, status, category, quality, components, changed_at, seen_at, id, format, rejection,
  announced, announced_at, status_at, quality_at, category_at
FROM templates ORDER BY account, name, language;

-- one
SELECT account, name, language, status, category, quality, components, changed_at, seen_at, id,
  format, rejection, announced, announced_at, status_at, quality_at, category_at
FROM templates WHERE account = :account AND name = :name AND language = :language;

-- save
/* What was told, or made by us, since the reading of the list began is newer than the list. The provider tells by its
   own clock, on which that beginning is `told`. */
INSERT INTO templates (account, name, language, status, category, quality, components, changed_at, seen_at, id, format,
  rejection, announced, announced_at)
VALUES (:account, :name, :language, :status, :category, :quality, :components, :at, :at, :id, :format, :rejection,
  :announced, CASE WHEN :announced = '' THEN 0 ELSE :at END)
ON CONFLICT (account, name, language) DO UPDATE SET seen_at = excluded.seen_at,
  changed_at = CASE WHEN templates.status <> excluded.status AND templates.status_at < :told
    OR templates.category <> excluded.category AND templates.category_at < :told
    OR templates.quality <> excluded.quality AND templates.quality_at < :told
    OR templates.components <> excluded.components
    THEN excluded.changed_at ELSE templates.changed_at END,
  status = CASE WHEN templates.status_at < :told THEN excluded.status ELSE templates.status END,
  rejection = CASE WHEN templates.status_at < :told THEN excluded.rejection ELSE templates.rejection END,
  category = CASE WHEN templates.category_at < :told THEN excluded.category ELSE templates.category END,
  announced_at = CASE WHEN templates.announced = excluded.announced OR templates.category_at >= :told
    THEN templates.announced_at ELSE excluded.announced_at END,
  announced = CASE WHEN templates.category_at < :told THEN excluded.announced ELSE templates.announced END,
  quality = CASE WHEN templates.quality_at < :told THEN excluded.quality ELSE templates.quality END,
  components = excluded.components, id = excluded.id, format = excluded.format
WHERE templates.seen_at < :since;

-- put
/* One, as it is now. */
INSERT INTO templates (account, name, language, status, category, quality, components, changed_at, seen_at, id, format,
  rejection, announced, announced_at, status_at, quality_at, category_at)
VALUES (:account, :name, :language, :status, :category, :quality, :components, :changed_at, :seen_at, :id, :format,
  :rejection, :announced, :announced_at, :status_at, :quality_at, :category_at)
ON CONFLICT (account, name, language) DO UPDATE SET status = excluded.status, category = excluded.category,
  quality = excluded.quality, components = excluded.components, changed_at = excluded.changed_at,
  seen_at = excluded.seen_at, id = excluded.id, format = excluded.format, rejection = excluded.rejection,
  announced = excluded.announced, announced_at = excluded.announced_at, status_at = excluded.status_at,
  quality_at = excluded.quality_at, category_at = excluded.category_at;

-- vanish
/* What the list no longer has. */
UPDATE templates SET status = 'DELETED', changed_at = :at
WHERE account = :account AND seen_at < :since AND status_at < :told AND status <> 'DELETED';

-- touch
INSERT INTO template_lists (account, version, listed_at, failure) VALUES (:account, 1, :at, :failure)
ON CONFLICT (account) DO UPDATE SET version = template_lists.version + 1, failure = excluded.failure,
  listed_at = max(template_lists.listed_at, excluded.listed_at);

-- stir
/* Whoever knows the templates reads them again. */
UPDATE template_lists SET version = version + 1 WHERE account = :account;

-- want
/* The list is to be read again. */
UPDATE template_lists SET version = version + 1, wanted_at = :at WHERE account = :account;
