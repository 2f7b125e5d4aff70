-- A parameter is a column of the batch: one statement takes all its rows.

-- stamp
/* Grows with every change of any list. */
SELECT count(*) AS count, coalesce(sum(version), 0)::bigint AS versions FROM template_lists;

-- lists
SELECT account, listed_at, failure FROM template_lists ORDER BY account;

-- all
SELECT account, name, language, status, category, quality, components, changed_at FROM templates
ORDER BY account, name, language;

-- save
INSERT INTO templates (account, name, language, status, category, quality, components, changed_at, seen_at)
SELECT p.account, p.name, p.language, p.status, p.category, p.quality, p.components, p.at, p.at
FROM unnest(:account::text[], :name::text[], :language::text[], :status::text[], :category::text[], :quality::text[],
  :components::bytea[], :at::bigint[]) AS p(account, name, language, status, category, quality, components, at)
ON CONFLICT (account, name, language) DO UPDATE SET seen_at = excluded.seen_at,
  changed_at = CASE WHEN templates.status <> excluded.status OR templates.components <> excluded.components
    OR templates.category <> excluded.category OR templates.quality <> excluded.quality
    THEN excluded.changed_at ELSE templates.changed_at END,
  status = excluded.status, category = excluded.category, quality = excluded.quality,
  components = excluded.components;

-- vanish
/* What the list no longer has. */
UPDATE templates SET status = 'DELETED', changed_at = (:at::bigint[])[1]
WHERE account = (:account::text[])[1] AND seen_at < (:at::bigint[])[1] AND status <> 'DELETED';

-- tell
/* What a webhook says of one that is known. */
UPDATE templates t SET status = p.status, changed_at = p.at
FROM unnest(:account::text[], :name::text[], :language::text[], :status::text[], :at::bigint[])
  AS p(account, name, language, status, at)
WHERE t.account = p.account AND t.name = p.name AND t.language = p.language AND t.status <> p.status;

-- touch
INSERT INTO template_lists (account, version, listed_at, failure)
SELECT p.account, 1, p.at, p.failure
FROM unnest(:account::text[], :at::bigint[], :failure::text[]) AS p(account, at, failure)
ON CONFLICT (account) DO UPDATE SET version = template_lists.version + 1, failure = excluded.failure,
  listed_at = greatest(template_lists.listed_at, excluded.listed_at);
