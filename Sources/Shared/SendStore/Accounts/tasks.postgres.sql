-- A parameter is a column of the batch: one statement takes all its rows.

-- all
SELECT name, ran_at, took, worker, failure, failing_since, done FROM tasks ORDER BY name;

-- save
INSERT INTO tasks (name, ran_at, took, worker, failure, failing_since, done)
SELECT p.name, p.at, p.took, p.worker, p.failure, CASE WHEN p.failure = '' THEN NULL ELSE p.at END, p.done
FROM unnest(:name::text[], :at::bigint[], :took::bigint[], :worker::text[], :failure::text[],
  :done::bigint[]) AS p(name, at, took, worker, failure, done)
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at, took = excluded.took, worker = excluded.worker,
  failure = excluded.failure, done = excluded.done,
  failing_since = CASE WHEN excluded.failure = '' THEN NULL
    ELSE coalesce(tasks.failing_since, excluded.failing_since) END;
