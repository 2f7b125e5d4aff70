-- Campaigns that try several messages. What a row may say instead, once the best is known: the second message and on,
-- as the first stands where every send's content is.

CREATE TABLE choices (
  flow bigint NOT NULL,
  send bigint NOT NULL,
  variant bigint NOT NULL,
  content bytea NOT NULL,
  PRIMARY KEY (flow, send, variant)
);

-- Its messages are tried before the rest is sent. When the last of the test went, and which is the best since when.
ALTER TABLE campaign_care ADD COLUMN is_test bigint NOT NULL DEFAULT 0;
ALTER TABLE campaign_care ADD COLUMN tested bigint;
ALTER TABLE campaign_care ADD COLUMN winner bigint;
ALTER TABLE campaign_care ADD COLUMN winner_at bigint;
ALTER TABLE campaign_care ADD COLUMN winner_reason text;

-- What may be claimed, as far as campaigns go.
DROP VIEW open_flows;
CREATE VIEW open_flows AS SELECT f.* FROM flows f WHERE f.campaign_key = 0 OR (
  (f.kind >> 41) & 255 <> 128 /* waits for the best message */ AND EXISTS (SELECT 1 FROM campaigns c
    WHERE c.key = f.campaign_key AND c.load = f.load AND c.state IN (2 /* running */, 4 /* finishing */)));

-- Which senders know a person.
CREATE INDEX contacts_by_address ON contacts (address);
