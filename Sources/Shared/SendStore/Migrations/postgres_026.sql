-- The latest rehearsal of each campaign that was asked for over the API: how far it is, and what it has shown.
-- state: 0 runs, 1 done, 2 failed. posted, people and at are how far it is: at is NULL until that is known.
CREATE TABLE rehearsals (
  campaign bigint PRIMARY KEY,
  -- Counts those of the campaign.
  run bigint NOT NULL,
  state bigint NOT NULL,
  -- One a line, as they were asked for.
  faults text NOT NULL,
  started bigint NOT NULL,
  -- When its process was last heard of.
  beat bigint NOT NULL,
  ended bigint,
  posted bigint NOT NULL,
  people bigint NOT NULL,
  at bigint,
  reason text NOT NULL,
  -- JSON.
  report bytea
);
