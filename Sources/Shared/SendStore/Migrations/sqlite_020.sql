-- Messages that have a name, as their tenants saved them.

CREATE TABLE objects (
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  name TEXT NOT NULL,
  -- JSON.
  definition BLOB NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (app, company, name)
) WITHOUT ROWID, STRICT;
