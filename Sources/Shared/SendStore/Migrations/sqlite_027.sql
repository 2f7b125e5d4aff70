-- Where the sends stand that were made within an hour, as far as their changes are published.

-- The hour begins at `at`.
CREATE TABLE standings (
  at INTEGER NOT NULL,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  state INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (at, app, company, state)
) WITHOUT ROWID, STRICT;
