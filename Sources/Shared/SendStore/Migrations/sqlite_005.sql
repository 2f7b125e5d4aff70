-- Who claimed, who reads, and which log. The name of a worker is new at every start, so that nobody inherits
-- anything by a name.

-- NULL where a worker of an earlier version wrote it.
ALTER TABLE intents ADD COLUMN worker TEXT;
ALTER TABLE intents ADD COLUMN claim INTEGER;

-- The claim whose worker left no record; NULL where the doubt arose otherwise.
ALTER TABLE doubts ADD COLUMN worker TEXT;
ALTER TABLE doubts ADD COLUMN claim INTEGER;

ALTER TABLE workers ADD COLUMN kind TEXT NOT NULL DEFAULT 'dispatch';

-- Counts what claims and records have written: a worker that was told of more than there is has lost commits.
ALTER TABLE lanes ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0;

-- The ce_id of the record before the next one, good only while that stands at before_offset. Sends of before
-- doubt_until may have gone out already: they come in doubt.
ALTER TABLE intake ADD COLUMN before_id TEXT;
ALTER TABLE intake ADD COLUMN before_offset INTEGER;
ALTER TABLE intake ADD COLUMN doubt_until INTEGER NOT NULL DEFAULT 0;

-- The partitions that workers read, each by one of them at a time. Where intake goes on stands in `intake`;
-- where the others go on, here.
CREATE TABLE partitions (
  topic TEXT NOT NULL,
  number INTEGER NOT NULL,
  owner TEXT NOT NULL DEFAULT '',
  epoch INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  log TEXT,
  next_offset INTEGER,
  before_id TEXT,
  PRIMARY KEY (topic, number)
) WITHOUT ROWID, STRICT;

INSERT INTO facts VALUES ('store-id', abs(random() % 4611686018427387904));
