-- A parameter is a column of the batch: one statement takes all its rows.

-- one
SELECT campaign, run, state, faults, started, beat, ended, posted, people, at, reason, report
FROM rehearsals WHERE campaign = (:campaign::bigint[])[1];

-- begin
/* One whose process is not heard of any more makes room. */
INSERT INTO rehearsals (campaign, run, state, faults, started, beat, ended, posted, people, at, reason, report)
VALUES ((:campaign::bigint[])[1], 1, 0 /* runs */, (:faults::text[])[1], (:now::bigint[])[1], (:now::bigint[])[1],
  NULL, 0, 0, NULL, '', NULL)
ON CONFLICT (campaign) DO UPDATE SET run = rehearsals.run + 1, state = excluded.state, faults = excluded.faults,
  started = excluded.started, beat = excluded.beat, ended = NULL, posted = 0, people = 0, at = NULL, reason = '',
  report = NULL
WHERE rehearsals.state > 0 /* ended */ OR rehearsals.beat < (:alive::bigint[])[1]
RETURNING campaign, run, state, faults, started, beat, ended, posted, people, at, reason, report;

-- beat
UPDATE rehearsals SET beat = (:now::bigint[])[1], posted = (:posted::bigint[])[1], people = (:people::bigint[])[1],
  at = (:at::bigint[])[1]
WHERE campaign = (:campaign::bigint[])[1] AND run = (:run::bigint[])[1] AND state = 0 /* runs */ RETURNING run;

-- end
/* Not over the word of somebody who stopped it. */
UPDATE rehearsals SET state = (:state::bigint[])[1], ended = (:now::bigint[])[1], beat = (:now::bigint[])[1],
  reason = (:reason::text[])[1], report = (:report::bytea[])[1]
WHERE campaign = (:campaign::bigint[])[1] AND run = (:run::bigint[])[1] AND state = 0 /* runs */ RETURNING run;

-- stop
UPDATE rehearsals SET state = 2 /* failed */, ended = (:now::bigint[])[1], reason = (:reason::text[])[1]
WHERE campaign = (:campaign::bigint[])[1] AND state = 0 /* runs */ AND beat >= (:alive::bigint[])[1] RETURNING run;

-- prune
DELETE FROM rehearsals WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));
