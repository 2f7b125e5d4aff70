-- Messages that have a name, as their tenants saved them.

CREATE TABLE objects (
  app text NOT NULL,
  company text NOT NULL,
  name text NOT NULL,
  -- JSON.
  definition bytea NOT NULL,
  created bigint NOT NULL,
  changed bigint NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (app, company, name)
);
