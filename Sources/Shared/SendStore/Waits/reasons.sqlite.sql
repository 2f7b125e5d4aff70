-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- world
/* Who was silent for too long is forgotten only when somebody else is seen, so the time is asked as well. */
SELECT (SELECT count(*) FROM workers WHERE kind = 'dispatch' AND seen_until > :now) AS dispatchers,
  (SELECT count(*) FROM workers WHERE kind = 'status' AND seen_until > :now) AS status_workers,
  coalesce((SELECT value FROM facts WHERE name = 'commits-lost'), 0) AS commits_lost;

-- lane
SELECT l.key, l.name AS sender, l.provider, l.stopped, l.stop_code, l.stop_reason, l.held_until, l.hold_reason,
  l.budget, l.in_flight, l.told_rate, g.recipients, g.told_recipients, g.budget_lag, g.lease_until,
  EXISTS (SELECT 1 FROM workers w WHERE w.name = g.owner AND w.seen_until > :now) AS is_owner_alive
FROM lanes l JOIN lane_groups g ON g.key = l.lane_group
WHERE l.key = :lane;

-- lanes
SELECT l.key, l.name AS sender, l.provider, l.stopped, l.stop_code, l.stop_reason, l.held_until, l.hold_reason,
  l.budget, l.in_flight, l.told_rate, g.recipients, g.told_recipients, g.budget_lag, g.lease_until,
  EXISTS (SELECT 1 FROM workers w WHERE w.name = g.owner AND w.seen_until > :now) AS is_owner_alive
FROM lanes l JOIN lane_groups g ON g.key = l.lane_group ORDER BY l.key;

-- send
/* All that may keep one send, whatever its state: what does not apply is not there. */
SELECT s.lane, s.flow, f.priority, f.campaign, f.template, f.held_until, f.hold_reason, k.rest_until, k.last_inbound,
  k.window_closed, x.paid_back, r.counted, d.reason AS doubt_reason, d.next_look, i.post_by,
  (SELECT count(*) FROM workers w WHERE w.name = i.worker AND w.seen_until > :now) AS workers,
  q.since AS silent_since, c.state AS campaign_state, c.reason AS campaign_reason, c.starts_at, c.wants_start,
  o.open_from, o.open_until, e.needs_sight, e.seen_until, e.wave_state, y.allowance, y.taken, f.kind,
  (SELECT max(t.until) FROM campaign_stops t WHERE t.campaign = f.campaign_key AND t.lane = f.lane
    AND t.place = f.place AND (t.template = f.template
      OR substr(f.template, 1, length(t.template) + 1) = t.template || char(31))) AS stopped_until
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow
LEFT JOIN campaigns c ON c.key = f.campaign_key
LEFT JOIN campaign_places o ON o.campaign = f.campaign_key AND o.number = f.place
LEFT JOIN campaign_care e ON e.campaign = f.campaign_key
LEFT JOIN campaign_lanes y ON y.campaign = f.campaign_key AND y.lane = f.lane
LEFT JOIN contacts k ON k.lane = s.lane AND k.address = s.recipient
LEFT JOIN pairs x ON x.lane = s.lane AND x.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = l.lane_group AND r.address = s.recipient
LEFT JOIN doubts d ON d.send = s.key
LEFT JOIN intents i ON i.send = s.key
LEFT JOIN silent q ON q.send = s.key
WHERE s.key = :send;

-- ahead
/* Counted up to a limit, however long the queue is. */
SELECT count(*) AS count FROM (SELECT 1 FROM queue q WHERE q.lane = :lane AND q.flow = :flow
  AND (q.due, q.send) < (:due, :send) LIMIT :limit) a;

-- above
/* Flows of a higher priority that may go now, by what waits in them. */
SELECT CAST(coalesce(sum(f.waiting), 0) AS bigint) AS count FROM open_flows f
WHERE f.lane = :lane AND f.waiting > 0 AND f.priority > :priority AND f.held_until <= :now
  AND EXISTS (SELECT 1 FROM queue q WHERE q.lane = f.lane AND q.flow = f.key AND q.due <= :now);

-- backlogs
/* By the flows with something in them, each with one look at the head of its queue. */
SELECT f.lane, CAST(sum(f.waiting) AS bigint) AS waiting,
  CAST(sum(CASE WHEN f.held_until > :now THEN 0 ELSE f.waiting END) AS bigint) AS free,
  min(CASE WHEN f.held_until <= :now THEN (SELECT q.due FROM queue q
    WHERE q.lane = f.lane AND q.flow = f.key ORDER BY q.due LIMIT 1) END) AS next_due
FROM open_flows f WHERE f.waiting > 0 GROUP BY f.lane;

-- held
/* Of each lane the first few, and first those whose hold ends first. */
SELECT p.lane, p.priority, p.campaign, p.template, p.waiting, p.held_until, p.hold_reason, p.total
FROM (SELECT f.lane, f.priority, f.campaign, f.template, f.waiting, f.held_until, f.hold_reason,
    row_number() OVER (PARTITION BY f.lane ORDER BY f.held_until, f.key) AS place,
    count(*) OVER (PARTITION BY f.lane) AS total
  FROM open_flows f WHERE f.waiting > 0 AND f.held_until > :now) p
WHERE p.place <= :limit ORDER BY p.lane, p.place;
