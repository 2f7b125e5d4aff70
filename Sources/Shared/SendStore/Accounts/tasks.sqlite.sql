-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- all
SELECT name, ran_at, took, worker, failure, failing_since, done FROM tasks ORDER BY name;

-- save
INSERT INTO tasks (name, ran_at, took, worker, failure, failing_since, done)
VALUES (:name, :at, :took, :worker, :failure, CASE WHEN :failure = '' THEN NULL ELSE :at END, :done)
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at, took = excluded.took, worker = excluded.worker,
  failure = excluded.failure, done = excluded.done,
  failing_since = CASE WHEN excluded.failure = '' THEN NULL
    ELSE coalesce(tasks.failing_since, excluded.failing_since) END;
