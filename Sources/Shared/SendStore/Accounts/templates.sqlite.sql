-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- stamp
/* Grows with every change of any list. */
SELECT count(*) AS count, coalesce(sum(version), 0) AS versions FROM template_lists;

-- lists
SELECT account, listed_at, failure FROM template_lists ORDER BY account;

-- all
SELECT account, name, language, status, category, quality, components, changed_at FROM templates
ORDER BY account, name, language;

-- save
INSERT INTO templates (account, name, language, status, category, quality, components, changed_at, seen_at)
VALUES (:account, :name, :language, :status, :category, :quality, :components, :at, :at)
ON CONFLICT (account, name, language) DO UPDATE SET seen_at = excluded.seen_at,
  changed_at = CASE WHEN templates.status <> excluded.status OR templates.components <> excluded.components
    OR templates.category <> excluded.category OR templates.quality <> excluded.quality
    THEN excluded.changed_at ELSE templates.changed_at END,
  status = excluded.status, category = excluded.category, quality = excluded.quality,
  components = excluded.components;

-- vanish
/* What the list no longer has. */
UPDATE templates SET status = 'DELETED', changed_at = :at
WHERE account = :account AND seen_at < :at AND status <> 'DELETED';

-- tell
/* What a webhook says of one that is known. */
UPDATE templates SET status = :status, changed_at = :at
WHERE account = :account AND name = :name AND language = :language AND status <> :status;

-- touch
INSERT INTO template_lists (account, version, listed_at, failure) VALUES (:account, 1, :at, :failure)
ON CONFLICT (account) DO UPDATE SET version = template_lists.version + 1, failure = excluded.failure,
  listed_at = max(template_lists.listed_at, excluded.listed_at);
