-- A parameter is a column of the batch: one statement takes all its rows.

-- add
INSERT INTO resends (id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent,
  left_out, failure)
SELECT p.id, p.app, p.company, p.filter, p.actor, p.created, p.begins, NULL, 0 /* waits */, '', 0, 0, 0, 0, ''
FROM unnest(:id::text[], :app::text[], :company::text[], :filter::bytea[], :actor::text[], :created::bigint[],
  :begins::bigint[]) AS p(id, app, company, filter, actor, created, begins);

-- one
SELECT key, id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent, left_out,
  failure
FROM resends WHERE id = (:id::text[])[1];

-- page
SELECT key, id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent, left_out,
  failure
FROM resends
WHERE (:app::text[])[1] IS NULL OR (app = (:app::text[])[1] AND company = (:company::text[])[1])
ORDER BY key DESC LIMIT (:limit::bigint[])[1];

-- open
SELECT key, id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent, left_out,
  failure
FROM resends WHERE phase < 2 /* waits or runs */ ORDER BY key LIMIT (:limit::bigint[])[1];

-- save
/* Not over the word of somebody who stopped it. */
UPDATE resends r SET phase = p.phase, place = p.place, is_counted = p.is_counted, found = p.found, resent = p.resent,
  left_out = p.left_out, ended = p.ended, failure = p.failure
FROM unnest(:key::bigint[], :phase::bigint[], :place::text[], :is_counted::bigint[], :found::bigint[],
  :resent::bigint[], :left_out::bigint[], :ended::bigint[], :failure::text[])
  AS p(key, phase, place, is_counted, found, resent, left_out, ended, failure)
WHERE r.key = p.key AND r.phase < 2 /* waits or runs */ RETURNING r.key;

-- stop
UPDATE resends SET phase = 3 /* stopped */, ended = (:at::bigint[])[1]
WHERE id = (:id::text[])[1] AND phase < 2 /* waits or runs */ RETURNING key;

-- prune
DELETE FROM resends WHERE ended < (:before::bigint[])[1];
