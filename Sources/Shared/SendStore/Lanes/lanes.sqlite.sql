-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- addGroup
INSERT INTO lane_groups (name)
VALUES (:name)
ON CONFLICT (name) DO NOTHING;

-- groups
SELECT key, name FROM lane_groups ORDER BY key;

-- saveIdentity
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
VALUES (:name, :lane_group, :provider, :account, :address, :app, :company)
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
SELECT l.key AS lane,
  (SELECT min((SELECT q.due FROM queue q WHERE q.lane = f.lane AND q.flow = f.key ORDER BY q.due LIMIT 1))
    FROM open_flows f WHERE f.lane = l.key AND f.waiting > 0) AS oldest_due,
  (SELECT CAST(coalesce(sum(f.waiting), 0) AS bigint) FROM open_flows f
    WHERE f.lane = l.key AND f.waiting > 0 AND f.held_until > :now) AS held,
  (SELECT CAST(coalesce(sum(f.waiting), 0) AS bigint) FROM open_flows f
    WHERE f.lane = l.key AND f.waiting > 0 AND f.held_until <= :now AND f.kind & 1 = 1) AS new_recipients
FROM lanes l WHERE l.key = :lane;

-- pulses
SELECT l.name AS sender, l.changes + CAST(
  coalesce((SELECT sum(f.waiting) FROM flows f WHERE f.lane = l.key AND f.waiting > 0), 0) AS bigint) AS pulse
FROM lanes l;

-- changes
SELECT CAST(coalesce(sum(changes), 0) AS bigint) AS changes FROM lanes;

-- stop
UPDATE lanes SET stopped = :at, stop_code = :code, stop_reason = :reason, changes = changes + 1 WHERE key = :lane;

-- resume
/* Ends stops and holds alike, whoever made them. */
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, held_until = 0, hold_reason = NULL,
  changes = changes + 1 WHERE key = :lane;

-- hold
/* The longer hold stays, with its reason. */
UPDATE lanes SET held_until = max(held_until, :until), changes = changes + 1,
  hold_reason = CASE WHEN :until >= held_until THEN :reason ELSE hold_reason END WHERE key = :lane;

-- lockGroup
SELECT owner, epoch, lease_until, recipients, told_recipients,
  coalesce((SELECT value FROM facts WHERE name = 'generation'), 0) AS generation,
  coalesce((SELECT value FROM facts WHERE name = 'commits-lost'), 0) AS commits_lost, budget_lag
FROM lane_groups WHERE key = :group;

-- lock
SELECT key, budget, in_flight, swept_epoch, stopped, stop_code, stop_reason, held_until, hold_reason, told_rate, stamp
FROM lanes WHERE key = :lane;

-- save
UPDATE lanes SET budget = :budget, in_flight = :in_flight, swept_epoch = :swept_epoch, stamp = stamp + 1
WHERE key = :lane;

-- saveInFlight
UPDATE lanes SET in_flight = :in_flight, stamp = stamp + 1 WHERE key = :lane;

-- saveGroup
/* The recipients stay as they are where the lane does not count them. */
UPDATE lane_groups SET recipients = coalesce(:recipients, recipients), budget_lag = :budget_lag WHERE key = :group;

-- clearInFlight
UPDATE lanes SET in_flight = 0, changes = changes + 1;

-- halt
/* A lane that stands already keeps its own reason. */
UPDATE lanes SET stopped = :at, stop_code = :code, stop_reason = :reason, changes = changes + 1
WHERE key = :lane AND stopped IS NULL RETURNING name;

-- resumeStopped
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, changes = changes + 1
WHERE key = :lane AND stop_code = :code RETURNING name;

-- tellRate
UPDATE lanes SET told_rate = :rate, changes = changes + 1 WHERE key = :lane;

-- tellRecipients
UPDATE lane_groups SET told_recipients = :recipients WHERE key = :group;

-- wake
UPDATE lanes SET changes = changes + 1 WHERE key = :lane;

-- show
UPDATE lanes SET shown_as = :number WHERE key = :lane;

-- shown
SELECT key, shown_as FROM lanes WHERE shown_as IS NOT NULL;
