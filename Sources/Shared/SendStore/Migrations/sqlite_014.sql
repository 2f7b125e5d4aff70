-- Webhooks as they came, where an account keeps them. `owner` is the app or the account of Twilio's; empty where nobody
-- could be told.
CREATE TABLE raw_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  owner TEXT NOT NULL,
  provider TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  kinds TEXT NOT NULL,
  numbers TEXT NOT NULL,
  ids TEXT NOT NULL,
  size INTEGER NOT NULL,
  head BLOB NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX raw_events_owner ON raw_events (owner, id, size);
CREATE INDEX raw_events_time ON raw_events (received_at);
