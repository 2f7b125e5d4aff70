-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- add
INSERT INTO resends (id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent,
  left_out, failure)
VALUES (:id, :app, :company, :filter, :actor, :created, :begins, NULL, 0 /* waits */, '', 0, 0, 0, 0, '');

-- one
SELECT key, id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent, left_out,
  failure
FROM resends WHERE id = :id;

-- page
SELECT key, id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent, left_out,
  failure
FROM resends WHERE :app IS NULL OR (app = :app AND company = :company) ORDER BY key DESC LIMIT :limit;

-- open
SELECT key, id, app, company, filter, actor, created, begins, ended, phase, place, is_counted, found, resent, left_out,
  failure
FROM resends WHERE phase < 2 /* waits or runs */ ORDER BY key LIMIT :limit;

-- save
/* Not over the word of somebody who stopped it. */
UPDATE resends SET phase = :phase, place = :place, is_counted = :is_counted, found = :found, resent = :resent,
  left_out = :left_out, ended = :ended, failure = :failure
WHERE key = :key AND phase < 2 /* waits or runs */ RETURNING key;

-- stop
UPDATE resends SET phase = 3 /* stopped */, ended = :at WHERE id = :id AND phase < 2 /* waits or runs */ RETURNING key;

-- prune
DELETE FROM resends WHERE ended < :before;
