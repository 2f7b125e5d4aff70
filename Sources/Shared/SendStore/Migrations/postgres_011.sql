-- Accounts that were made at run time. `sealed` is encrypted, and NULL where one was removed: its row stays, so that
-- every change shows in the sum of the versions.
CREATE TABLE accounts (
  name text PRIMARY KEY,
  sealed bytea,
  version bigint NOT NULL,
  changed_at bigint NOT NULL
);

-- Connections of accounts by a person's log-in, step by step. `sealed` is encrypted; `facts` is not secret.
CREATE TABLE signups (
  id text PRIMARY KEY,
  sealed bytea,
  facts bytea NOT NULL,
  version bigint NOT NULL,
  changed_at bigint NOT NULL
);
CREATE INDEX signups_changed ON signups (changed_at);

-- When each task that runs by the clock ran last, and how that went.
CREATE TABLE tasks (
  name text PRIMARY KEY,
  ran_at bigint NOT NULL,
  took bigint NOT NULL,
  worker text NOT NULL,
  failure text NOT NULL,
  failing_since bigint
);
