-- What was made or refreshed at run time in place of a secret of the settings. `owner` names that secret without
-- telling it; `sealed` is encrypted, `facts` is not secret.
CREATE TABLE credentials (
  owner TEXT PRIMARY KEY,
  sealed BLOB,
  facts BLOB NOT NULL,
  version INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) WITHOUT ROWID;
