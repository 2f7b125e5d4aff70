-- What a provider tells of a number when it is asked, and when that was. `news_at` is when a webhook was about it: what
-- is older than that is read again.
CREATE TABLE phones (
  sender text PRIMARY KEY,
  facts bytea NOT NULL,
  read_at bigint NOT NULL,
  asked_at bigint NOT NULL,
  news_at bigint NOT NULL,
  failure text NOT NULL
);
-- When a webhook of an account was last seen; `address` is its number, empty for the account itself.
CREATE TABLE sightings (
  account text NOT NULL,
  address text NOT NULL,
  seen_at bigint NOT NULL,
  PRIMARY KEY (account, address)
);
