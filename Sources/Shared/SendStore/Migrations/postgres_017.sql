-- What a campaign takes care of while it runs. One without a row here has nothing of the kind.

CREATE TABLE campaign_care (
  campaign bigint PRIMARY KEY,
  -- It is claimed from only while somebody sees how its sends fare: until then.
  needs_sight bigint NOT NULL DEFAULT 0,
  seen_until bigint NOT NULL DEFAULT 0,
  -- Places are closed until somebody has found when they are open.
  keeps_hours bigint NOT NULL DEFAULT 0,
  -- It sends a marketing template, so the rests that people have from those hold for it.
  is_marketing bigint NOT NULL DEFAULT 0,
  -- So many messages of campaigns to a person in that span.
  cap bigint,
  cap_span bigint NOT NULL DEFAULT 0,
  -- In millionths of the currency.
  ceiling bigint,
  day_ceiling bigint,
  currency text,
  -- How many go before the others, and 0 not begun, 1 out, 2 passed.
  wave bigint,
  wave_state bigint NOT NULL DEFAULT 0,
  -- JSON: what was foretold at its start.
  plan bytea
);

-- Where its people live, and when they may be written to. Flows name one by its number.
CREATE TABLE campaign_places (
  campaign bigint NOT NULL,
  number bigint NOT NULL,
  region text NOT NULL,
  zone text NOT NULL,
  open_from bigint NOT NULL,
  open_until bigint NOT NULL,
  price bigint,
  PRIMARY KEY (campaign, number)
);

ALTER TABLE flows ADD COLUMN place bigint NOT NULL DEFAULT 0;

-- Parts of a campaign that wait since too many of them failed for one cause.
CREATE TABLE campaign_stops (
  campaign bigint NOT NULL,
  lane bigint NOT NULL,
  template text NOT NULL,
  place bigint NOT NULL,
  cause text NOT NULL,
  since bigint NOT NULL,
  until bigint NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (campaign, lane, template, place, cause)
);

-- How many may be claimed of a first wave, and how many were.
ALTER TABLE campaign_lanes ADD COLUMN allowance bigint;
ALTER TABLE campaign_lanes ADD COLUMN taken bigint NOT NULL DEFAULT 0;

-- What its messages cost at most, and what of that is free again as they ended without arriving.
CREATE TABLE campaign_money (
  campaign bigint PRIMARY KEY,
  reserved bigint NOT NULL DEFAULT 0,
  released bigint NOT NULL DEFAULT 0
);

CREATE TABLE tenant_money (
  app text NOT NULL,
  company text NOT NULL,
  day bigint NOT NULL,
  reserved bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (app, company, day)
);

-- What its providers say that they charge.
CREATE TABLE campaign_charges (
  campaign bigint NOT NULL,
  place bigint NOT NULL,
  category text NOT NULL,
  is_billable bigint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (campaign, place, category, is_billable)
);

-- Until when a person gets no marketing from the numbers of a group, and how often in turn that was told.
CREATE TABLE marketing_rests (
  lane_group bigint NOT NULL,
  address text NOT NULL,
  until bigint NOT NULL,
  times bigint NOT NULL,
  PRIMARY KEY (lane_group, address)
);

-- When campaigns of a tenant wrote to a person.
CREATE TABLE reach (
  app text NOT NULL,
  company text NOT NULL,
  address text NOT NULL,
  at bigint NOT NULL,
  send bigint NOT NULL,
  PRIMARY KEY (app, company, address, at, send)
);
CREATE INDEX reach_by_time ON reach (at);

-- Who opted out since a campaign began.
CREATE INDEX contacts_opted_out ON contacts (opted_out) WHERE opted_out IS NOT NULL;
