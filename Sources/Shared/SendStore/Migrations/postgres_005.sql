-- Who claimed, who reads, and which log. The name of a worker is new at every start, so that nobody inherits
-- anything by a name.

-- NULL where a worker of an earlier version wrote it.
ALTER TABLE intents ADD COLUMN worker text, ADD COLUMN claim bigint;

-- The claim whose worker left no record; NULL where the doubt arose otherwise.
ALTER TABLE doubts ADD COLUMN worker text, ADD COLUMN claim bigint;

ALTER TABLE workers ADD COLUMN kind text NOT NULL DEFAULT 'dispatch';

-- Counts what claims and records have written: a worker that was told of more than there is has lost commits.
ALTER TABLE lanes ADD COLUMN stamp bigint NOT NULL DEFAULT 0;

-- The ce_id of the record before the next one, good only while that stands at before_offset. Sends of before
-- doubt_until may have gone out already: they come in doubt.
ALTER TABLE intake ADD COLUMN before_id text, ADD COLUMN before_offset bigint,
  ADD COLUMN doubt_until bigint NOT NULL DEFAULT 0;

-- The partitions that workers read, each by one of them at a time. Where intake goes on stands in `intake`;
-- where the others go on, here.
CREATE TABLE partitions (
  topic text NOT NULL,
  number bigint NOT NULL,
  owner text NOT NULL DEFAULT '',
  epoch bigint NOT NULL DEFAULT 0,
  lease_until bigint NOT NULL DEFAULT 0,
  log text,
  next_offset bigint,
  before_id text,
  PRIMARY KEY (topic, number)
) WITH (fillfactor = 50);

INSERT INTO facts VALUES ('store-id', (random() * 4611686018427387904)::bigint);
