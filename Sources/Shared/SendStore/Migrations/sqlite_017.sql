-- What a campaign takes care of while it runs. One without a row here has nothing of the kind.

CREATE TABLE campaign_care (
  campaign INTEGER PRIMARY KEY,
  -- It is claimed from only while somebody sees how its sends fare: until then.
  needs_sight INTEGER NOT NULL DEFAULT 0,
  seen_until INTEGER NOT NULL DEFAULT 0,
  -- Places are closed until somebody has found when they are open.
  keeps_hours INTEGER NOT NULL DEFAULT 0,
  -- It sends a marketing template, so the rests that people have from those hold for it.
  is_marketing INTEGER NOT NULL DEFAULT 0,
  -- So many messages of campaigns to a person in that span.
  cap INTEGER,
  cap_span INTEGER NOT NULL DEFAULT 0,
  -- In millionths of the currency.
  ceiling INTEGER,
  day_ceiling INTEGER,
  currency TEXT,
  -- How many go before the others, and 0 not begun, 1 out, 2 passed.
  wave INTEGER,
  wave_state INTEGER NOT NULL DEFAULT 0,
  -- JSON: what was foretold at its start.
  plan BLOB
) STRICT;

-- Where its people live, and when they may be written to. Flows name one by its number.
CREATE TABLE campaign_places (
  campaign INTEGER NOT NULL,
  number INTEGER NOT NULL,
  region TEXT NOT NULL,
  zone TEXT NOT NULL,
  open_from INTEGER NOT NULL,
  open_until INTEGER NOT NULL,
  price INTEGER,
  PRIMARY KEY (campaign, number)
) WITHOUT ROWID, STRICT;

ALTER TABLE flows ADD COLUMN place INTEGER NOT NULL DEFAULT 0;

-- Parts of a campaign that wait since too many of them failed for one cause.
CREATE TABLE campaign_stops (
  campaign INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  template TEXT NOT NULL,
  place INTEGER NOT NULL,
  cause TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (campaign, lane, template, place, cause)
) WITHOUT ROWID, STRICT;

-- How many may be claimed of a first wave, and how many were.
ALTER TABLE campaign_lanes ADD COLUMN allowance INTEGER;
ALTER TABLE campaign_lanes ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;

-- What its messages cost at most, and what of that is free again as they ended without arriving.
CREATE TABLE campaign_money (
  campaign INTEGER PRIMARY KEY,
  reserved INTEGER NOT NULL DEFAULT 0,
  released INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE tenant_money (
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  day INTEGER NOT NULL,
  reserved INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (app, company, day)
) WITHOUT ROWID, STRICT;

-- What its providers say that they charge.
CREATE TABLE campaign_charges (
  campaign INTEGER NOT NULL,
  place INTEGER NOT NULL,
  category TEXT NOT NULL,
  is_billable INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (campaign, place, category, is_billable)
) WITHOUT ROWID, STRICT;

-- Until when a person gets no marketing from the numbers of a group, and how often in turn that was told.
CREATE TABLE marketing_rests (
  lane_group INTEGER NOT NULL,
  address TEXT NOT NULL,
  until INTEGER NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (lane_group, address)
) WITHOUT ROWID, STRICT;

-- When campaigns of a tenant wrote to a person.
CREATE TABLE reach (
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  address TEXT NOT NULL,
  at INTEGER NOT NULL,
  send INTEGER NOT NULL,
  PRIMARY KEY (app, company, address, at, send)
) WITHOUT ROWID, STRICT;
CREATE INDEX reach_by_time ON reach (at);

-- Who opted out since a campaign began.
CREATE INDEX contacts_opted_out ON contacts (opted_out) WHERE opted_out IS NOT NULL;
