-- Where the store's time stood at a moment of the machine's running time, and how far the calendar was ahead of
-- it: time goes on from there. Until `steady_until` it keeps to the running time alone.
CREATE TABLE clock (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  boot INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reached INTEGER NOT NULL,
  gap INTEGER NOT NULL,
  steady_until INTEGER NOT NULL
) STRICT;

-- A lane's flows with something in them, however many there were before.
CREATE INDEX flows_waiting ON flows (lane) WHERE waiting > 0;
