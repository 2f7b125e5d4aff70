-- The latest rehearsal of each campaign that was asked for over the API: how far it is, and what it has shown.
-- state: 0 runs, 1 done, 2 failed. posted, people and at are how far it is: at is NULL until that is known.
CREATE TABLE rehearsals (
  campaign INTEGER PRIMARY KEY,
  -- Counts those of the campaign.
  run INTEGER NOT NULL,
  state INTEGER NOT NULL,
  -- One a line, as they were asked for.
  faults TEXT NOT NULL,
  started INTEGER NOT NULL,
  -- When its process was last heard of.
  beat INTEGER NOT NULL,
  ended INTEGER,
  posted INTEGER NOT NULL,
  people INTEGER NOT NULL,
  at INTEGER,
  reason TEXT NOT NULL,
  -- JSON.
  report BLOB
) STRICT;
