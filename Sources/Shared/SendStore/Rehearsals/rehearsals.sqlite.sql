-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- one
SELECT campaign, run, state, faults, started, beat, ended, posted, people, at, reason, report
FROM rehearsals WHERE campaign = :campaign;

-- begin
/* One whose process is not heard of any more makes room. */
INSERT INTO rehearsals (campaign, run, state, faults, started, beat, ended, posted, people, at, reason, report)
VALUES (:campaign, 1, 0 /* runs */, :faults, :now, :now, NULL, 0, 0, NULL, '', NULL)
ON CONFLICT (campaign) DO UPDATE SET run = rehearsals.run + 1, state = excluded.state, faults = excluded.faults,
  started = excluded.started, beat = excluded.beat, ended = NULL, posted = 0, people = 0, at = NULL, reason = '',
  report = NULL
WHERE rehearsals.state > 0 /* ended */ OR rehearsals.beat < :alive
RETURNING campaign, run, state, faults, started, beat, ended, posted, people, at, reason, report;

-- beat
UPDATE rehearsals SET beat = :now, posted = :posted, people = :people, at = :at
WHERE campaign = :campaign AND run = :run AND state = 0 /* runs */ RETURNING run;

-- end
/* Not over the word of somebody who stopped it. */
UPDATE rehearsals SET state = :state, ended = :now, beat = :now, reason = :reason, report = :report
WHERE campaign = :campaign AND run = :run AND state = 0 /* runs */ RETURNING run;

-- stop
UPDATE rehearsals SET state = 2 /* failed */, ended = :now, reason = :reason
WHERE campaign = :campaign AND state = 0 /* runs */ AND beat >= :alive RETURNING run;

-- prune
DELETE FROM rehearsals WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));
