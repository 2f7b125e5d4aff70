-- How many sends came to each state within a minute, as far as changes are published, and orders to send again what
-- did not arrive.

-- The minute begins at `at`.
CREATE TABLE tallies (
  at bigint NOT NULL,
  app text NOT NULL,
  company text NOT NULL,
  state bigint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (at, app, company, state)
);

-- app and company are NULL where it is about every tenant's. phase: 0 waits, 1 runs, 2 done, 3 stopped.
CREATE TABLE resends (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  app text,
  company text,
  -- JSON.
  filter bytea NOT NULL,
  actor text NOT NULL,
  created bigint NOT NULL,
  begins bigint NOT NULL,
  ended bigint,
  phase bigint NOT NULL,
  -- Where the look at what it is about goes on, and whether it has been counted.
  place text NOT NULL,
  is_counted bigint NOT NULL,
  found bigint NOT NULL,
  resent bigint NOT NULL,
  left_out bigint NOT NULL,
  failure text NOT NULL
);
CREATE INDEX resends_open ON resends (key) WHERE phase < 2 /* waits or runs */;
