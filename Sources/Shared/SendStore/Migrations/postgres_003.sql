-- What the providers tell of lanes, templates and people, how far callbacks are applied, and which sends have
-- heard nothing.

-- Messages a second; a recipients limit of -1 is none. What was never told is NULL.
ALTER TABLE lanes ADD COLUMN told_rate bigint, ADD COLUMN shown_as text;
ALTER TABLE lane_groups ADD COLUMN told_recipients bigint;

-- For flows that come to be while their template is held.
CREATE TABLE template_holds (
  lane bigint NOT NULL,
  template text NOT NULL,
  held_until bigint NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (lane, template)
);

ALTER TABLE inbound ADD COLUMN in_reply_to bytea;

CREATE INDEX contacts_by_wa_id ON contacts (lane, wa_id) WHERE wa_id IS NOT NULL;

CREATE INDEX parked_by_time ON parked (at);

CREATE TABLE marks (
  partition bigint NOT NULL,
  instance text NOT NULL,
  at bigint NOT NULL,
  seen bigint NOT NULL,
  ended bigint NOT NULL,
  PRIMARY KEY (partition, instance)
) WITH (fillfactor = 50);

-- A row for each accepted send of a sender that minds silence, read once its time has come.
CREATE TABLE awaited (
  due bigint NOT NULL,
  send bigint NOT NULL,
  looks bigint NOT NULL,
  PRIMARY KEY (due, send)
);

-- Counts while the send is still no further than accepted.
CREATE TABLE silent (send bigint PRIMARY KEY, since bigint NOT NULL);
