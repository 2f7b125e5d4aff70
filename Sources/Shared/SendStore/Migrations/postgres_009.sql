-- What was made or refreshed at run time in place of a secret of the settings. `owner` names that secret without
-- telling it; `sealed` is encrypted, `facts` is not secret.
CREATE TABLE credentials (
  owner text PRIMARY KEY,
  sealed bytea,
  facts bytea NOT NULL,
  version bigint NOT NULL,
  changed_at bigint NOT NULL
);
