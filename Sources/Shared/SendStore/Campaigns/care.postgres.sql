-- A parameter is a column of the batch: one statement takes all its rows.

-- create
INSERT INTO campaign_care (campaign, needs_sight, keeps_hours, is_marketing, cap, cap_span, ceiling, day_ceiling,
  currency, wave)
SELECT * FROM unnest(:campaign::bigint[], :needs_sight::bigint[], :keeps_hours::bigint[], :is_marketing::bigint[],
  :cap::bigint[], :cap_span::bigint[], :ceiling::bigint[], :day_ceiling::bigint[], :currency::text[], :wave::bigint[])
ON CONFLICT DO NOTHING;

-- one
SELECT needs_sight, seen_until, keeps_hours, is_marketing, cap, cap_span, ceiling, day_ceiling, currency, wave,
  wave_state, plan
FROM campaign_care WHERE campaign = (:campaign::bigint[])[1];

-- see
UPDATE campaign_care SET seen_until = greatest(seen_until, p.until)
FROM unnest(:campaign::bigint[], :until::bigint[]) AS p(c, until) WHERE campaign = p.c;

-- saveWave
UPDATE campaign_care SET wave_state = p.s
FROM unnest(:campaign::bigint[], :state::bigint[]) AS p(c, s) WHERE campaign = p.c;

-- savePlan
UPDATE campaign_care SET plan = p.b
FROM unnest(:campaign::bigint[], :plan::bytea[]) AS p(c, b) WHERE campaign = p.c;

-- places
SELECT number, region, zone, open_from, open_until, price FROM campaign_places
WHERE campaign = (:campaign::bigint[])[1] ORDER BY number;

-- addPlaces
INSERT INTO campaign_places (campaign, number, region, zone, open_from, open_until)
SELECT * FROM unnest(:campaign::bigint[], :number::bigint[], :region::text[], :zone::text[], :open_from::bigint[],
  :open_until::bigint[]) ON CONFLICT DO NOTHING;

-- openPlaces
UPDATE campaign_places SET open_from = p.f, open_until = p.u
FROM unnest(:campaign::bigint[], :number::bigint[], :open_from::bigint[], :open_until::bigint[]) AS p(c, n, f, u)
WHERE campaign = p.c AND number = p.n;

-- pricePlaces
UPDATE campaign_places SET price = p.p
FROM unnest(:campaign::bigint[], :number::bigint[], :price::bigint[]) AS p(c, n, p)
WHERE campaign = p.c AND number = p.n;

-- audience
/* Those of a campaign that were not claimed yet, by what is known of each. Of whom an inbound message opened the window
   nothing is counted. */
SELECT l.name AS sender, f.template, f.place, f.kind, count(*) AS people,
  CAST(coalesce(sum(CASE WHEN k.last_inbound > (:since::bigint[])[1] THEN 1 ELSE 0 END), 0) AS bigint) AS in_window,
  CAST(coalesce(sum(CASE WHEN r.counted > (:since::bigint[])[1]
    AND coalesce(k.last_inbound, 0) <= (:since::bigint[])[1] THEN 1 ELSE 0 END), 0) AS bigint) AS counted,
  CAST(coalesce(sum(CASE WHEN k.opt_out = 'everything' THEN 1 ELSE 0 END), 0) AS bigint) AS opted_out,
  CAST(coalesce(sum(CASE WHEN k.opt_out = 'marketing' THEN 1 ELSE 0 END), 0) AS bigint) AS no_marketing,
  CAST(coalesce(sum(CASE WHEN m.until > (:now::bigint[])[1] THEN 1 ELSE 0 END), 0) AS bigint) AS resting
FROM flows f JOIN lanes l ON l.key = f.lane
JOIN campaign_sends n ON n.flow = f.key JOIN sends s ON s.key = n.send AND s.version = 0
LEFT JOIN contacts k ON k.lane = s.lane AND k.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = l.lane_group AND r.address = s.recipient
LEFT JOIN marketing_rests m ON m.lane_group = l.lane_group AND m.address = s.recipient
WHERE f.campaign_key = (:campaign::bigint[])[1] AND f.load = (:load::bigint[])[1]
GROUP BY l.name, f.template, f.place, f.kind ORDER BY l.name, f.template, f.place, f.kind;

-- others
/* What else waits, and of which priority: a campaign or a label takes its turns as one. */
SELECT l.name AS sender, f.priority, f.campaign, CAST(sum(f.waiting) AS bigint) AS waiting
FROM open_flows f JOIN lanes l ON l.key = f.lane
WHERE f.waiting > 0 AND f.campaign_key <> (:campaign::bigint[])[1]
GROUP BY l.name, f.priority, f.campaign ORDER BY l.name, f.priority, f.campaign;

-- lanes
SELECT l.name AS sender, l.in_flight, l.stopped, l.held_until, l.budget, g.recipients, l.told_rate, g.told_recipients
FROM lanes l JOIN lane_groups g ON g.key = l.lane_group ORDER BY l.key;

-- recipientsByDay
SELECT ((:now::bigint[])[1] - counted) / 86400000000 AS age, count(*) AS count FROM recipients
WHERE lane_group = (:group::bigint[])[1] AND counted > (:since::bigint[])[1] GROUP BY 1;

-- crowds
/* How many wait in each lane and place. */
SELECT l.name AS sender, f.template, f.place, f.kind, CAST(sum(f.waiting) AS bigint) AS waiting
FROM flows f JOIN lanes l ON l.key = f.lane
WHERE f.campaign_key = (:campaign::bigint[])[1] AND f.load = (:load::bigint[])[1] AND f.waiting > 0
GROUP BY l.name, f.template, f.place, f.kind ORDER BY l.name, f.template, f.place, f.kind;

-- stops
SELECT l.name AS sender, s.template, s.place, s.cause, s.since, s.until, s.reason
FROM campaign_stops s JOIN lanes l ON l.key = s.lane WHERE s.campaign = (:campaign::bigint[])[1]
ORDER BY s.since, l.name, s.template, s.place, s.cause;

-- stop
INSERT INTO campaign_stops (campaign, lane, template, place, cause, since, until, reason)
SELECT p.c, l.key, p.t, p.n, p.cause, p.s, p.u, p.r
FROM unnest(:campaign::bigint[], :sender::text[], :template::text[], :place::bigint[], :cause::text[],
  :since::bigint[], :until::bigint[], :reason::text[]) AS p(c, sender, t, n, cause, s, u, r)
JOIN lanes l ON l.name = p.sender
ON CONFLICT (campaign, lane, template, place, cause) DO UPDATE SET since = excluded.since, until = excluded.until,
  reason = excluded.reason;

-- endStops
UPDATE campaign_stops SET until = p.n FROM unnest(:campaign::bigint[], :now::bigint[]) AS p(c, n)
WHERE campaign = p.c AND until > p.n;

-- allow
UPDATE campaign_lanes SET allowance = p.a
FROM unnest(:campaign::bigint[], :lane::bigint[], :allowance::bigint[]) AS p(c, l, a)
WHERE campaign = p.c AND lane = p.l;

-- lift
UPDATE campaign_lanes SET allowance = NULL WHERE campaign = ANY(:campaign::bigint[]);

-- addMoney
INSERT INTO campaign_money (campaign) SELECT * FROM unnest(:campaign::bigint[]) ON CONFLICT DO NOTHING;

-- money
SELECT reserved, released FROM campaign_money WHERE campaign = (:campaign::bigint[])[1];

-- lockMoney
SELECT reserved, released FROM campaign_money WHERE campaign = (:campaign::bigint[])[1] FOR NO KEY UPDATE;

-- reserve
UPDATE campaign_money SET reserved = reserved + p.a
FROM unnest(:campaign::bigint[], :amount::bigint[]) AS p(c, a) WHERE campaign = p.c;

-- release
UPDATE campaign_money SET released = p.a
FROM unnest(:campaign::bigint[], :amount::bigint[]) AS p(c, a) WHERE campaign = p.c;

-- addTenantMoney
INSERT INTO tenant_money (app, company, day) SELECT * FROM unnest(:app::text[], :company::text[], :day::bigint[])
ON CONFLICT DO NOTHING;

-- lockTenantMoney
SELECT reserved FROM tenant_money WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]
  AND day = (:day::bigint[])[1] FOR NO KEY UPDATE;

-- reserveOfTenant
UPDATE tenant_money SET reserved = reserved + p.x
FROM unnest(:app::text[], :company::text[], :day::bigint[], :amount::bigint[]) AS p(a, c, d, x)
WHERE app = p.a AND company = p.c AND day = p.d;

-- charge
INSERT INTO campaign_charges (campaign, place, category, is_billable, count)
SELECT * FROM unnest(:campaign::bigint[], :place::bigint[], :category::text[], :is_billable::bigint[],
  :count::bigint[])
ON CONFLICT (campaign, place, category, is_billable) DO UPDATE SET count = campaign_charges.count + excluded.count;

-- charges
SELECT place, category, is_billable, count FROM campaign_charges WHERE campaign = (:campaign::bigint[])[1]
ORDER BY place, category, is_billable;

-- optOuts
/* Of those that it wrote to. */
SELECT count(DISTINCT k.address) AS count FROM contacts k
JOIN sends s ON s.recipient = k.address AND s.lane = k.lane AND s.version > 0
JOIN flows f ON f.key = s.flow AND f.campaign_key = (:campaign::bigint[])[1]
WHERE k.opted_out >= (:since::bigint[])[1];

-- restFromMarketing
/* Longer each time that it is told again: a day, two, four, a week. After a month without it begins anew. */
INSERT INTO marketing_rests (lane_group, address, until, times)
SELECT l.lane_group, p.address, p.at + 86400000000, 1
FROM unnest(:lane::bigint[], :address::text[], :at::bigint[]) AS p(lane, address, at) JOIN lanes l ON l.key = p.lane
ON CONFLICT (lane_group, address) DO UPDATE SET
  times = CASE WHEN marketing_rests.until + 2592000000000 < excluded.until - 86400000000 THEN 1
    WHEN marketing_rests.until > excluded.until - 3600000000 THEN marketing_rests.times
    ELSE marketing_rests.times + 1 END,
  until = greatest(marketing_rests.until, CASE
    WHEN marketing_rests.until + 2592000000000 < excluded.until - 86400000000 THEN excluded.until
    WHEN marketing_rests.until > excluded.until - 3600000000 THEN marketing_rests.until
    ELSE excluded.until - 86400000000
      + least(604800000000, 86400000000 << least(marketing_rests.times, 3)::int) END);

-- reached
/* When campaigns wrote to these people, the latest first. */
SELECT r.address, r.at FROM unnest(:app::text[], :company::text[], :address::text[], :since::bigint[])
  AS p(app, company, address, since)
JOIN reach r ON r.app = p.app AND r.company = p.company AND r.address = p.address AND r.at > p.since
ORDER BY r.at DESC;

-- lockPeople
/* In one order, so that no two claims of several lanes write to one person side by side. */
SELECT count(*) AS count FROM (SELECT pg_advisory_xact_lock(hashtextextended(p.app || chr(31) || p.company || chr(31)
  || p.address, 71)) FROM unnest(:app::text[], :company::text[], :address::text[]) AS p(app, company, address)) AS l;

-- reach
INSERT INTO reach (app, company, address, at, send)
SELECT * FROM unnest(:app::text[], :company::text[], :address::text[], :at::bigint[], :send::bigint[])
ON CONFLICT DO NOTHING;

-- pruneReach
DELETE FROM reach WHERE at < (:before::bigint[])[1];

-- pruneRests
DELETE FROM marketing_rests WHERE until < (:before::bigint[])[1];

-- pruneMoney
DELETE FROM campaign_money WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneTenantMoney
DELETE FROM tenant_money WHERE day < (:before::bigint[])[1] / 86400000000;

-- pruneCharges
DELETE FROM campaign_charges WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneStops
DELETE FROM campaign_stops WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- prunePlaces
DELETE FROM campaign_places WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneCare
DELETE FROM campaign_care WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- copied
/* Those of a flow that were not claimed yet, in their order, with what is known of each person. */
SELECT n.send, l.name AS sender, f.template, f.kind, f.priority, s.recipient, s.max_attempts, c.content,
  k.last_inbound, k.window_closed, k.opt_out, k.opted_out, k.rest_until, r.counted, p.paid_back, m.until AS resting,
  m.times
FROM campaign_sends n JOIN sends s ON s.key = n.send AND s.version = 0 JOIN contents c ON c.send = n.send
JOIN flows f ON f.key = n.flow JOIN lanes l ON l.key = f.lane
LEFT JOIN contacts k ON k.lane = s.lane AND k.address = s.recipient
LEFT JOIN pairs p ON p.lane = s.lane AND p.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = l.lane_group AND r.address = s.recipient
LEFT JOIN marketing_rests m ON m.lane_group = l.lane_group AND m.address = s.recipient
WHERE n.flow = (:flow::bigint[])[1] AND n.send > (:after::bigint[])[1] ORDER BY n.send LIMIT (:limit::bigint[])[1];
