-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- fact
SELECT value FROM facts WHERE name = :name;

-- noteFact
INSERT INTO facts (name, value)
VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- addToFact
INSERT INTO facts (name, value)
VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = facts.value + excluded.value;

-- kept
SELECT boot, at, reached, gap, steady_until FROM clock WHERE key = 1;

-- save
INSERT INTO clock (key, boot, at, reached, gap, steady_until)
VALUES (1, :boot, :at, :reached, :gap, :steady_until)
ON CONFLICT (key) DO UPDATE SET boot = excluded.boot, at = excluded.at, reached = excluded.reached,
  gap = excluded.gap, steady_until = excluded.steady_until;
