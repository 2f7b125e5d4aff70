-- Campaigns that try several messages. What a row may say instead, once the best is known: the second message and on,
-- as the first stands where every send's content is.

CREATE TABLE choices (
  flow INTEGER NOT NULL,
  send INTEGER NOT NULL,
  variant INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (flow, send, variant)
) WITHOUT ROWID, STRICT;

-- Its messages are tried before the rest is sent. When the last of the test went, and which is the best since when.
ALTER TABLE campaign_care ADD COLUMN is_test INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaign_care ADD COLUMN tested INTEGER;
ALTER TABLE campaign_care ADD COLUMN winner INTEGER;
ALTER TABLE campaign_care ADD COLUMN winner_at INTEGER;
ALTER TABLE campaign_care ADD COLUMN winner_reason TEXT;

-- What may be claimed, as far as campaigns go.
DROP VIEW open_flows;
CREATE VIEW open_flows AS SELECT f.* FROM flows f WHERE f.campaign_key = 0 OR (
  (f.kind >> 41) & 255 <> 128 /* waits for the best message */ AND EXISTS (SELECT 1 FROM campaigns c
    WHERE c.key = f.campaign_key AND c.load = f.load AND c.state IN (2 /* running */, 4 /* finishing */)));

-- Which senders know a person.
CREATE INDEX contacts_by_address ON contacts (address);
