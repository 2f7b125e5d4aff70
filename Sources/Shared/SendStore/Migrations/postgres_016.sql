-- Campaigns. A campaign's sends are rows like all others, in flows that are claimed from only while it runs.

CREATE TABLE campaigns (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id bytea NOT NULL UNIQUE,
  app text NOT NULL,
  company text NOT NULL,
  name text NOT NULL,
  -- JSON, as it was asked for.
  definition bytea NOT NULL,
  state bigint NOT NULL DEFAULT 0,
  cause text,
  reason text,
  -- An upload that failed, or that another takes the place of, is a load that counts no more.
  load bigint NOT NULL DEFAULT 1,
  -- JSON: how far the upload has come.
  upload bytea,
  upload_version bigint NOT NULL DEFAULT 0,
  is_loaded bigint NOT NULL DEFAULT 0,
  wants_start bigint NOT NULL DEFAULT 0,
  -- Rows taken in, and those left out as their person is there already.
  rows bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  -- How much of the lanes it may take.
  pace text,
  share bigint,
  lanes bigint NOT NULL DEFAULT 1,
  expiry bigint NOT NULL DEFAULT 0,
  expires bigint,
  starts_at bigint,
  -- The campaign whose outcome it was made from, and how far that was read.
  source bigint,
  source_flow bigint NOT NULL DEFAULT 0,
  source_place bigint NOT NULL DEFAULT 0,
  -- What was canceled, or counts no more, has left its queues up to this load.
  swept_load bigint NOT NULL DEFAULT 0,
  created bigint NOT NULL,
  started bigint,
  ended bigint,
  changed bigint NOT NULL,
  version bigint NOT NULL DEFAULT 1
);
CREATE INDEX campaigns_by_tenant ON campaigns (app, company, key);
-- Those that somebody looks after.
CREATE INDEX campaigns_open ON campaigns (state) WHERE state < 5 OR swept_load < load;

CREATE TABLE campaign_changes (
  campaign bigint NOT NULL,
  version bigint NOT NULL,
  state bigint NOT NULL,
  cause text,
  reason text,
  at bigint NOT NULL,
  is_told bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign, version)
);
CREATE INDEX campaign_changes_untold ON campaign_changes (campaign, version) WHERE is_told = 0;

CREATE TABLE campaign_faults (
  campaign bigint NOT NULL,
  load bigint NOT NULL,
  line bigint NOT NULL,
  number bigint NOT NULL,
  field text,
  reason text NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (campaign, load, line, number)
);

-- How many of its sends stand where. The relay adds what it publishes.
CREATE TABLE campaign_counts (
  campaign bigint NOT NULL,
  lane bigint NOT NULL,
  template text NOT NULL,
  segment bigint NOT NULL,
  state bigint NOT NULL,
  code text NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (campaign, lane, template, segment, state, code)
);

-- What a campaign has had of a lane.
CREATE TABLE campaign_lanes (
  campaign bigint NOT NULL,
  lane bigint NOT NULL,
  served bigint NOT NULL DEFAULT 0,
  paid_back bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign, lane)
);
CREATE INDEX campaign_lanes_by_lane ON campaign_lanes (lane);

-- `kind` has the load and the segment of a campaign's flow as well: see FlowKind.
ALTER TABLE flows ADD COLUMN campaign_key bigint NOT NULL DEFAULT 0;
ALTER TABLE flows ADD COLUMN load bigint NOT NULL DEFAULT 0;
CREATE INDEX flows_by_campaign_key ON flows (campaign_key) WHERE campaign_key <> 0;

-- Flows that may be claimed from as far as campaigns go: what is planned or paused is no backlog.
CREATE VIEW open_flows AS SELECT f.* FROM flows f WHERE f.campaign_key = 0 OR EXISTS (SELECT 1 FROM campaigns c
  WHERE c.key = f.campaign_key AND c.load = f.load AND c.state IN (2 /* running */, 4 /* finishing */));

-- Records of the bulk topic before that offset may have been sent: the store came back from a backup since.
ALTER TABLE partitions ADD COLUMN doubt_until bigint NOT NULL DEFAULT 0;
