-- Campaigns. A campaign's sends are rows like all others, in flows that are claimed from only while it runs.

CREATE TABLE campaigns (
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  name TEXT NOT NULL,
  -- JSON, as it was asked for.
  definition BLOB NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  cause TEXT,
  reason TEXT,
  -- An upload that failed, or that another takes the place of, is a load that counts no more.
  load INTEGER NOT NULL DEFAULT 1,
  -- JSON: how far the upload has come.
  upload BLOB,
  upload_version INTEGER NOT NULL DEFAULT 0,
  is_loaded INTEGER NOT NULL DEFAULT 0,
  wants_start INTEGER NOT NULL DEFAULT 0,
  -- Rows taken in, and those left out as their person is there already.
  rows INTEGER NOT NULL DEFAULT 0,
  duplicates INTEGER NOT NULL DEFAULT 0,
  -- How much of the lanes it may take.
  pace TEXT,
  share INTEGER,
  lanes INTEGER NOT NULL DEFAULT 1,
  expiry INTEGER NOT NULL DEFAULT 0,
  expires INTEGER,
  starts_at INTEGER,
  -- The campaign whose outcome it was made from, and how far that was read.
  source INTEGER,
  source_flow INTEGER NOT NULL DEFAULT 0,
  source_place INTEGER NOT NULL DEFAULT 0,
  -- What was canceled, or counts no more, has left its queues up to this load.
  swept_load INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  started INTEGER,
  ended INTEGER,
  changed INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX campaigns_by_tenant ON campaigns (app, company, key);
-- Those that somebody looks after.
CREATE INDEX campaigns_open ON campaigns (state) WHERE state < 5 OR swept_load < load;

CREATE TABLE campaign_changes (
  campaign INTEGER NOT NULL,
  version INTEGER NOT NULL,
  state INTEGER NOT NULL,
  cause TEXT,
  reason TEXT,
  at INTEGER NOT NULL,
  is_told INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign, version)
) WITHOUT ROWID, STRICT;
CREATE INDEX campaign_changes_untold ON campaign_changes (campaign, version) WHERE is_told = 0;

CREATE TABLE campaign_faults (
  campaign INTEGER NOT NULL,
  load INTEGER NOT NULL,
  line INTEGER NOT NULL,
  number INTEGER NOT NULL,
  field TEXT,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (campaign, load, line, number)
) WITHOUT ROWID, STRICT;

-- How many of its sends stand where. The relay adds what it publishes.
CREATE TABLE campaign_counts (
  campaign INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  template TEXT NOT NULL,
  segment INTEGER NOT NULL,
  state INTEGER NOT NULL,
  code TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (campaign, lane, template, segment, state, code)
) WITHOUT ROWID, STRICT;

-- What a campaign has had of a lane.
CREATE TABLE campaign_lanes (
  campaign INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  served INTEGER NOT NULL DEFAULT 0,
  paid_back INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign, lane)
) WITHOUT ROWID, STRICT;
CREATE INDEX campaign_lanes_by_lane ON campaign_lanes (lane);

-- `kind` has the load and the segment of a campaign's flow as well: see FlowKind.
ALTER TABLE flows ADD COLUMN campaign_key INTEGER NOT NULL DEFAULT 0;
ALTER TABLE flows ADD COLUMN load INTEGER NOT NULL DEFAULT 0;
CREATE INDEX flows_by_campaign_key ON flows (campaign_key) WHERE campaign_key <> 0;

-- Flows that may be claimed from as far as campaigns go: what is planned or paused is no backlog.
CREATE VIEW open_flows AS SELECT f.* FROM flows f WHERE f.campaign_key = 0 OR EXISTS (SELECT 1 FROM campaigns c
  WHERE c.key = f.campaign_key AND c.load = f.load AND c.state IN (2 /* running */, 4 /* finishing */));

-- Records of the bulk topic before that offset may have been sent: the store came back from a backup since.
ALTER TABLE partitions ADD COLUMN doubt_until INTEGER NOT NULL DEFAULT 0;
