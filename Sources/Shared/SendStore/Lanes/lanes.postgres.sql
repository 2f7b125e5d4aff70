-- A parameter is a column of the batch: one statement takes all its rows.

-- addGroup
INSERT INTO lane_groups (name)
SELECT * FROM unnest(:name::text[]) AS p(name)
ON CONFLICT (name) DO NOTHING;

-- groups
SELECT key, name FROM lane_groups ORDER BY key;

-- saveIdentity
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
SELECT * FROM unnest(:name::text[], :lane_group::bigint[], :provider::text[], :account::text[], :address::text[],
  :app::text[], :company::text[]) AS p(name, lane_group, provider, account, address, app, company)
ON CONFLICT (name) DO UPDATE SET lane_group = excluded.lane_group, provider = excluded.provider,
  account = excluded.account, address = excluded.address, app = excluded.app, company = excluded.company;

-- all
SELECT key, name, lane_group, provider, account, address, app, company FROM lanes ORDER BY key;

-- standings
SELECT l.name AS sender, l.in_flight, l.stopped, l.stop_code, l.stop_reason, l.held_until, l.hold_reason,
  (SELECT CAST(coalesce(sum(f.waiting), 0) AS bigint) FROM open_flows f
    WHERE f.lane = l.key AND f.waiting > 0) AS waiting,
  (SELECT count(*) FROM doubts d WHERE d.lane = l.key) AS in_doubt, l.key, l.budget, g.recipients, g.owner,
  g.lease_until, l.told_rate, g.told_recipients, g.budget_lag
FROM lanes l JOIN lane_groups g ON g.key = l.lane_group ORDER BY l.key;

-- backlog
/* The first of each flow stands first in the queue, so that each is one look, however many wait. */
SELECT p.lane,
  (SELECT min((SELECT q.due FROM queue q WHERE q.lane = f.lane AND q.flow = f.key ORDER BY q.due LIMIT 1))
    FROM open_flows f WHERE f.lane = p.lane AND f.waiting > 0) AS oldest_due,
  (SELECT CAST(coalesce(sum(f.waiting), 0) AS bigint) FROM open_flows f
    WHERE f.lane = p.lane AND f.waiting > 0 AND f.held_until > p.now) AS held,
  (SELECT CAST(coalesce(sum(f.waiting), 0) AS bigint) FROM open_flows f
    WHERE f.lane = p.lane AND f.waiting > 0 AND f.held_until <= p.now AND f.kind & 1 = 1) AS new_recipients
FROM unnest(:lane::bigint[], :now::bigint[]) AS p(lane, now);

-- pulses
SELECT l.name AS sender, l.changes + CAST(
  coalesce((SELECT sum(f.waiting) FROM flows f WHERE f.lane = l.key AND f.waiting > 0), 0) AS bigint) AS pulse
FROM lanes l;

-- changes
SELECT CAST(coalesce(sum(changes), 0) AS bigint) AS changes FROM lanes;

-- stop
UPDATE lanes SET stopped = p.at, stop_code = p.code, stop_reason = p.reason, changes = changes + 1
FROM unnest(:lane::bigint[], :at::bigint[], :code::text[], :reason::text[]) AS p(k, at, code, reason)
WHERE lanes.key = p.k;

-- resume
/* Ends stops and holds alike, whoever made them. */
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, held_until = 0, hold_reason = NULL,
  changes = changes + 1 WHERE key = ANY(:lane::bigint[]);

-- hold
/* The longer hold stays, with its reason. */
UPDATE lanes SET held_until = greatest(held_until, p.until), changes = changes + 1,
  hold_reason = CASE WHEN p.until >= held_until THEN p.reason ELSE hold_reason END
FROM unnest(:lane::bigint[], :until::bigint[], :reason::text[]) AS p(k, until, reason) WHERE key = p.k;

-- lockGroup
SELECT owner, epoch, lease_until, recipients, told_recipients,
  coalesce((SELECT value FROM facts WHERE name = 'generation'), 0) AS generation,
  coalesce((SELECT value FROM facts WHERE name = 'commits-lost'), 0) AS commits_lost, budget_lag
FROM lane_groups WHERE key = ANY(:group::bigint[]) FOR UPDATE;

-- lock
SELECT key, budget, in_flight, swept_epoch, stopped, stop_code, stop_reason, held_until, hold_reason, told_rate, stamp
FROM lanes WHERE key = ANY(:lane::bigint[]) ORDER BY key FOR UPDATE;

-- save
UPDATE lanes SET budget = p.budget, in_flight = p.in_flight, swept_epoch = p.swept, stamp = stamp + 1
FROM unnest(:lane::bigint[], :budget::bytea[], :in_flight::bigint[], :swept_epoch::bigint[])
  AS p(k, budget, in_flight, swept) WHERE key = p.k;

-- saveInFlight
UPDATE lanes SET in_flight = p.n, stamp = stamp + 1
FROM unnest(:lane::bigint[], :in_flight::bigint[]) AS p(k, n) WHERE key = p.k;

-- saveGroup
/* The recipients stay as they are where the lane does not count them. */
UPDATE lane_groups SET recipients = coalesce(p.recipients, lane_groups.recipients), budget_lag = p.lag
FROM unnest(:group::bigint[], :recipients::bytea[], :budget_lag::bigint[]) AS p(k, recipients, lag) WHERE key = p.k;

-- clearInFlight
UPDATE lanes SET in_flight = 0, changes = changes + 1;

-- halt
/* A lane that stands already keeps its own reason. */
UPDATE lanes SET stopped = p.at, stop_code = p.code, stop_reason = p.reason, changes = changes + 1
FROM unnest(:lane::bigint[], :at::bigint[], :code::text[], :reason::text[]) AS p(k, at, code, reason)
WHERE lanes.key = p.k AND stopped IS NULL RETURNING name;

-- resumeStopped
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, changes = changes + 1
FROM unnest(:lane::bigint[], :code::text[]) AS p(k, code) WHERE lanes.key = p.k AND stop_code = p.code RETURNING name;

-- tellRate
UPDATE lanes SET told_rate = p.rate, changes = changes + 1
FROM unnest(:lane::bigint[], :rate::bigint[]) AS p(k, rate) WHERE lanes.key = p.k;

-- tellRecipients
UPDATE lane_groups SET told_recipients = p.n
FROM unnest(:group::bigint[], :recipients::bigint[]) AS p(k, n) WHERE lane_groups.key = p.k;

-- wake
UPDATE lanes SET changes = changes + 1 WHERE key = ANY(:lane::bigint[]);

-- show
UPDATE lanes SET shown_as = p.number
FROM unnest(:lane::bigint[], :number::text[]) AS p(k, number) WHERE lanes.key = p.k;

-- shown
SELECT key, shown_as FROM lanes WHERE shown_as IS NOT NULL;
