-- Accounts that were made at run time. `sealed` is encrypted, and NULL where one was removed: its row stays, so that
-- every change shows in the sum of the versions.
CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  sealed BLOB,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;

-- Connections of accounts by a person's log-in, step by step. `sealed` is encrypted; `facts` is not secret.
CREATE TABLE signups (
  id TEXT PRIMARY KEY,
  sealed BLOB,
  facts BLOB NOT NULL,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX signups_changed ON signups (changed_at);

-- When each task that runs by the clock ran last, and how that went.
CREATE TABLE tasks (
  name TEXT PRIMARY KEY,
  ran_at INTEGER NOT NULL,
  took INTEGER NOT NULL,
  worker TEXT NOT NULL,
  failure TEXT NOT NULL,
  failing_since INTEGER
) WITHOUT ROWID;
