-- Webhooks as they came, where an account keeps them. `owner` is the app or the account of Twilio's; empty where nobody
-- could be told.
CREATE TABLE raw_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner text NOT NULL,
  provider text NOT NULL,
  received_at bigint NOT NULL,
  verdict text NOT NULL,
  kinds text NOT NULL,
  numbers text NOT NULL,
  ids text NOT NULL,
  size bigint NOT NULL,
  head bytea NOT NULL,
  body bytea NOT NULL
);
CREATE INDEX raw_events_owner ON raw_events (owner, id, size);
CREATE INDEX raw_events_time ON raw_events (received_at);
