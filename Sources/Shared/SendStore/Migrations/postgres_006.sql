-- Where the store's time stood at a moment of the server's clock, and how far that clock was ahead of it: time
-- goes on from there.
CREATE TABLE clock (
  key bigint PRIMARY KEY CHECK (key = 1),
  at bigint NOT NULL,
  reached bigint NOT NULL,
  gap bigint NOT NULL
);
INSERT INTO clock
SELECT 1, n.at, greatest(n.at, n.reached), least(0, n.at - n.reached)
FROM (
  SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS at,
    coalesce((SELECT value FROM facts WHERE name = 'clock-reached'), 0) AS reached) n;

-- A lane's flows with something in them, however many there were before.
CREATE INDEX flows_waiting ON flows (lane) WHERE waiting > 0;
