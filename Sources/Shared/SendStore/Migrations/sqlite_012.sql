-- What a provider tells of a number when it is asked, and when that was. `news_at` is when a webhook was about it: what
-- is older than that is read again.
CREATE TABLE phones (
  sender TEXT PRIMARY KEY,
  facts BLOB NOT NULL,
  read_at INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  news_at INTEGER NOT NULL,
  failure TEXT NOT NULL
) WITHOUT ROWID;
-- When a webhook of an account was last seen; `address` is its number, empty for the account itself.
CREATE TABLE sightings (
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (account, address)
) WITHOUT ROWID;
