-- Times are microseconds since 1970. A send is three rows: `sends` is narrow and changes, `contents` never
-- does, `answers` holds the provider's last words. What changes often stands in no index and leaves room in
-- its pages, so that a new version of a row lies beside the old one.

CREATE TABLE facts (name text PRIMARY KEY, value bigint NOT NULL);

CREATE TABLE intake (
  partition bigint PRIMARY KEY,
  log text NOT NULL,
  next_offset bigint NOT NULL
);

CREATE TABLE lane_groups (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  owner text,
  epoch bigint NOT NULL DEFAULT 0,
  lease_until bigint NOT NULL DEFAULT 0,
  recipients bytea NOT NULL DEFAULT ''
);

CREATE TABLE lanes (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  lane_group bigint NOT NULL,
  provider text NOT NULL,
  account text NOT NULL,
  address text NOT NULL,
  app text NOT NULL,
  company text NOT NULL,
  budget bytea NOT NULL DEFAULT '',
  in_flight bigint NOT NULL DEFAULT 0,
  swept_epoch bigint NOT NULL DEFAULT 0,
  stopped bigint,
  stop_code text,
  stop_reason text,
  held_until bigint NOT NULL DEFAULT 0,
  hold_reason text,
  changes bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- kind 1 holds the sends to new recipients that wait for a full recipients budget.
CREATE TABLE flows (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lane bigint NOT NULL,
  priority bigint NOT NULL,
  campaign text NOT NULL,
  template text NOT NULL,
  kind bigint NOT NULL DEFAULT 0,
  waiting bigint NOT NULL DEFAULT 0,
  served bigint NOT NULL DEFAULT 0,
  held_until bigint NOT NULL DEFAULT 0,
  hold_reason text,
  UNIQUE (lane, priority, campaign, template, kind)
);

CREATE TABLE counters (name text PRIMARY KEY, value bigint NOT NULL);
INSERT INTO counters VALUES ('sends', 0);

CREATE TABLE sends (
  key bigint PRIMARY KEY,
  id bytea NOT NULL,
  lane bigint NOT NULL,
  flow bigint NOT NULL,
  recipient text NOT NULL,
  state bigint NOT NULL,
  attempt bigint NOT NULL,
  last_attempt bigint NOT NULL,
  failed bigint NOT NULL,
  proven bigint NOT NULL,
  version bigint NOT NULL,
  max_attempts bigint NOT NULL,
  due bigint NOT NULL,
  expires bigint NOT NULL,
  changed bigint NOT NULL
) WITH (fillfactor = 75);
CREATE UNIQUE INDEX sends_by_id ON sends (id);

CREATE TABLE contents (
  send bigint PRIMARY KEY,
  hash bytea NOT NULL,
  content bytea NOT NULL
);

CREATE TABLE answers (send bigint PRIMARY KEY, answer bytea NOT NULL);

CREATE TABLE queue (
  lane bigint NOT NULL,
  flow bigint NOT NULL,
  due bigint NOT NULL,
  send bigint NOT NULL,
  PRIMARY KEY (lane, flow, due, send)
);

CREATE TABLE intents (
  send bigint PRIMARY KEY,
  attempt bigint NOT NULL,
  lane bigint NOT NULL,
  epoch bigint NOT NULL,
  post_by bigint NOT NULL
);

CREATE TABLE doubts (
  send bigint PRIMARY KEY,
  attempt bigint NOT NULL,
  lane bigint NOT NULL,
  since bigint NOT NULL,
  next_look bigint NOT NULL,
  looks bigint NOT NULL,
  reason text NOT NULL
);
CREATE INDEX doubts_by_look ON doubts (lane, next_look);

-- By day first, so that new ids are written close together though they are random.
CREATE TABLE provider_ids (
  day bigint NOT NULL,
  id text NOT NULL,
  send bigint NOT NULL,
  attempt bigint NOT NULL,
  PRIMARY KEY (day, id)
);

CREATE TABLE history (
  send bigint NOT NULL,
  version bigint NOT NULL,
  state bigint NOT NULL,
  attempt bigint NOT NULL,
  at bigint NOT NULL,
  provider_at bigint,
  code text,
  detail bytea,
  PRIMARY KEY (send, version)
);

CREATE TABLE outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  send bigint NOT NULL,
  version bigint NOT NULL
);

CREATE TABLE parked (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  send_id bytea,
  provider_id text NOT NULL,
  callback bytea NOT NULL
);
CREATE INDEX parked_by_provider_id ON parked (provider_id);
CREATE INDEX parked_by_send_id ON parked (send_id) WHERE send_id IS NOT NULL;

CREATE TABLE contacts (
  lane bigint NOT NULL,
  address text NOT NULL,
  last_inbound bigint,
  opt_out text,
  opted_out bigint,
  wa_id text,
  PRIMARY KEY (lane, address)
);

CREATE TABLE pairs (
  lane bigint NOT NULL,
  address text NOT NULL,
  paid_back bigint NOT NULL,
  PRIMARY KEY (lane, address)
);

CREATE TABLE recipients (
  lane_group bigint NOT NULL,
  address text NOT NULL,
  counted bigint NOT NULL,
  PRIMARY KEY (lane_group, address)
);

CREATE TABLE inbound (
  account text NOT NULL,
  address text NOT NULL,
  provider_id text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (account, address, provider_id)
);
CREATE INDEX inbound_by_time ON inbound (at);

CREATE TABLE deliveries (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text NOT NULL UNIQUE,
  app text NOT NULL,
  company text NOT NULL,
  line text NOT NULL,
  due bigint NOT NULL,
  tries bigint NOT NULL,
  created bigint NOT NULL,
  done bigint,
  body bytea NOT NULL
);
CREATE INDEX deliveries_waiting ON deliveries (app, company, seq) WHERE done IS NULL;
CREATE INDEX deliveries_done ON deliveries (done) WHERE done IS NOT NULL;

CREATE TABLE duties (
  name text PRIMARY KEY,
  owner text NOT NULL,
  epoch bigint NOT NULL,
  lease_until bigint NOT NULL
);

CREATE TABLE workers (name text PRIMARY KEY, seen_until bigint NOT NULL);
