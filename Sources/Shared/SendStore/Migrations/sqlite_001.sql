-- Times are microseconds since 1970. A send is three rows: `sends` is narrow and changes, `contents` never
-- does, `answers` holds the provider's last words. What changes state often stands in no index.

CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;

CREATE TABLE intake (
  partition INTEGER PRIMARY KEY,
  log TEXT NOT NULL,
  next_offset INTEGER NOT NULL
) STRICT;

CREATE TABLE lane_groups (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  owner TEXT,
  epoch INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  recipients BLOB NOT NULL DEFAULT x''
) STRICT;

CREATE TABLE lanes (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  lane_group INTEGER NOT NULL,
  provider TEXT NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  budget BLOB NOT NULL DEFAULT x'',
  in_flight INTEGER NOT NULL DEFAULT 0,
  swept_epoch INTEGER NOT NULL DEFAULT 0,
  stopped INTEGER,
  stop_code TEXT,
  stop_reason TEXT,
  held_until INTEGER NOT NULL DEFAULT 0,
  hold_reason TEXT,
  changes INTEGER NOT NULL DEFAULT 0
) STRICT;

-- kind 1 holds the sends to new recipients that wait for a full recipients budget.
CREATE TABLE flows (
  key INTEGER PRIMARY KEY,
  lane INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  campaign TEXT NOT NULL,
  template TEXT NOT NULL,
  kind INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0,
  served INTEGER NOT NULL DEFAULT 0,
  held_until INTEGER NOT NULL DEFAULT 0,
  hold_reason TEXT,
  UNIQUE (lane, priority, campaign, template, kind)
) STRICT;

CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
INSERT INTO counters VALUES ('sends', 0);

CREATE TABLE sends (
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  lane INTEGER NOT NULL,
  flow INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  last_attempt INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  proven INTEGER NOT NULL,
  version INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  due INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX sends_by_id ON sends (id);

CREATE TABLE contents (
  send INTEGER PRIMARY KEY,
  hash BLOB NOT NULL,
  content BLOB NOT NULL
) STRICT;

CREATE TABLE answers (send INTEGER PRIMARY KEY, answer BLOB NOT NULL) STRICT;

CREATE TABLE queue (
  lane INTEGER NOT NULL,
  flow INTEGER NOT NULL,
  due INTEGER NOT NULL,
  send INTEGER NOT NULL,
  PRIMARY KEY (lane, flow, due, send)
) WITHOUT ROWID, STRICT;

CREATE TABLE intents (
  send INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  post_by INTEGER NOT NULL
) STRICT;

CREATE TABLE doubts (
  send INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  since INTEGER NOT NULL,
  next_look INTEGER NOT NULL,
  looks INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX doubts_by_look ON doubts (lane, next_look);

-- By day first, so that new ids are written close together though they are random.
CREATE TABLE provider_ids (
  day INTEGER NOT NULL,
  id TEXT NOT NULL,
  send INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  PRIMARY KEY (day, id)
) WITHOUT ROWID, STRICT;

CREATE TABLE history (
  send INTEGER NOT NULL,
  version INTEGER NOT NULL,
  state INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  provider_at INTEGER,
  code TEXT,
  detail BLOB,
  PRIMARY KEY (send, version)
) WITHOUT ROWID, STRICT;

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY,
  send INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE parked (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  send_id BLOB,
  provider_id TEXT NOT NULL,
  callback BLOB NOT NULL
) STRICT;
CREATE INDEX parked_by_provider_id ON parked (provider_id);
CREATE INDEX parked_by_send_id ON parked (send_id) WHERE send_id IS NOT NULL;

CREATE TABLE contacts (
  lane INTEGER NOT NULL,
  address TEXT NOT NULL,
  last_inbound INTEGER,
  opt_out TEXT,
  opted_out INTEGER,
  wa_id TEXT,
  PRIMARY KEY (lane, address)
) WITHOUT ROWID, STRICT;

CREATE TABLE pairs (
  lane INTEGER NOT NULL,
  address TEXT NOT NULL,
  paid_back INTEGER NOT NULL,
  PRIMARY KEY (lane, address)
) WITHOUT ROWID, STRICT;

CREATE TABLE recipients (
  lane_group INTEGER NOT NULL,
  address TEXT NOT NULL,
  counted INTEGER NOT NULL,
  PRIMARY KEY (lane_group, address)
) WITHOUT ROWID, STRICT;

CREATE TABLE inbound (
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (account, address, provider_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX inbound_by_time ON inbound (at);

CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  line TEXT NOT NULL,
  due INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  created INTEGER NOT NULL,
  done INTEGER,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (app, company, seq) WHERE done IS NULL;
CREATE INDEX deliveries_done ON deliveries (done) WHERE done IS NOT NULL;

CREATE TABLE duties (
  name TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  lease_until INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE workers (name TEXT PRIMARY KEY, seen_until INTEGER NOT NULL) WITHOUT ROWID, STRICT;
