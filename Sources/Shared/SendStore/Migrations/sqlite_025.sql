-- How many sends came to each state within a minute, as far as changes are published, and orders to send again what
-- did not arrive.

-- The minute begins at `at`.
CREATE TABLE tallies (
  at INTEGER NOT NULL,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (at, app, company, state)
) WITHOUT ROWID, STRICT;

-- app and company are NULL where it is about every tenant's. phase: 0 waits, 1 runs, 2 done, 3 stopped.
CREATE TABLE resends (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  app TEXT,
  company TEXT,
  -- JSON.
  filter BLOB NOT NULL,
  actor TEXT NOT NULL,
  created INTEGER NOT NULL,
  begins INTEGER NOT NULL,
  ended INTEGER,
  phase INTEGER NOT NULL,
  -- Where the look at what it is about goes on, and whether it has been counted.
  place TEXT NOT NULL,
  is_counted INTEGER NOT NULL,
  found INTEGER NOT NULL,
  resent INTEGER NOT NULL,
  left_out INTEGER NOT NULL,
  failure TEXT NOT NULL
) STRICT;
CREATE INDEX resends_open ON resends (key) WHERE phase < 2 /* waits or runs */;
