-- What the providers tell of lanes, templates and people, how far callbacks are applied, and which sends have
-- heard nothing.

-- Messages a second; a recipients limit of -1 is none. What was never told is NULL.
ALTER TABLE lanes ADD COLUMN told_rate INTEGER;
ALTER TABLE lanes ADD COLUMN shown_as TEXT;
ALTER TABLE lane_groups ADD COLUMN told_recipients INTEGER;

-- For flows that come to be while their template is held.
CREATE TABLE template_holds (
  lane INTEGER NOT NULL,
  template TEXT NOT NULL,
  held_until INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (lane, template)
) WITHOUT ROWID, STRICT;

ALTER TABLE inbound ADD COLUMN in_reply_to BLOB;

CREATE INDEX contacts_by_wa_id ON contacts (lane, wa_id) WHERE wa_id IS NOT NULL;

CREATE INDEX parked_by_time ON parked (at);

CREATE TABLE marks (
  partition INTEGER NOT NULL,
  instance TEXT NOT NULL,
  at INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  PRIMARY KEY (partition, instance)
) WITHOUT ROWID, STRICT;

-- A row for each accepted send of a sender that minds silence, read once its time has come.
CREATE TABLE awaited (
  due INTEGER NOT NULL,
  send INTEGER NOT NULL,
  looks INTEGER NOT NULL,
  PRIMARY KEY (due, send)
) WITHOUT ROWID, STRICT;

-- Counts while the send is still no further than accepted.
CREATE TABLE silent (send INTEGER PRIMARY KEY, since INTEGER NOT NULL) STRICT;
