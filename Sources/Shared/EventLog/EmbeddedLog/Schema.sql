CREATE TABLE log (id TEXT NOT NULL) STRICT;

-- `first` is the oldest offset that is left, `next` the one that the next record gets.
CREATE TABLE partitions (
  partition INTEGER PRIMARY KEY,
  topic TEXT NOT NULL,
  number INTEGER NOT NULL,
  first INTEGER NOT NULL DEFAULT 0,
  next INTEGER NOT NULL DEFAULT 0,
  UNIQUE (topic, number)
) STRICT;

-- Records of one partition that were appended together. position = partition << 40 | offset of the last one;
-- size is what they take unpacked, NULL where they are not packed.
CREATE TABLE runs (
  position INTEGER PRIMARY KEY,
  appended INTEGER NOT NULL,
  count INTEGER NOT NULL,
  size INTEGER,
  records BLOB NOT NULL
) STRICT;

-- The one active member of each group. `until` is boot time of the boot named beside it.
CREATE TABLE members (
  "group" TEXT PRIMARY KEY,
  owner TEXT,
  epoch INTEGER NOT NULL,
  boot TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The next offset to read. A group has a row for each partition of its topics from its first
-- subscription on, so that the retention waits for it.
CREATE TABLE offsets (
  "group" TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next INTEGER NOT NULL,
  PRIMARY KEY ("group", partition)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
