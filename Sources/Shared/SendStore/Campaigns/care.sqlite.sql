-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- create
INSERT INTO campaign_care (campaign, needs_sight, keeps_hours, is_marketing, cap, cap_span, ceiling, day_ceiling,
  currency, wave)
VALUES (:campaign, :needs_sight, :keeps_hours, :is_marketing, :cap, :cap_span, :ceiling, :day_ceiling, :currency, :wave)
ON CONFLICT DO NOTHING;

-- one
SELECT needs_sight, seen_until, keeps_hours, is_marketing, cap, cap_span, ceiling, day_ceiling, currency, wave,
  wave_state, plan
FROM campaign_care WHERE campaign = :campaign;

-- see
UPDATE campaign_care SET seen_until = max(seen_until, :until) WHERE campaign = :campaign;

-- saveWave
UPDATE campaign_care SET wave_state = :state WHERE campaign = :campaign;

-- savePlan
UPDATE campaign_care SET plan = :plan WHERE campaign = :campaign;

-- places
SELECT number, region, zone, open_from, open_until, price FROM campaign_places WHERE campaign = :campaign
ORDER BY number;

-- addPlaces
INSERT INTO campaign_places (campaign, number, region, zone, open_from, open_until)
VALUES (:campaign, :number, :region, :zone, :open_from, :open_until) ON CONFLICT DO NOTHING;

-- openPlaces
UPDATE campaign_places SET open_from = :open_from, open_until = :open_until
WHERE campaign = :campaign AND number = :number;

-- pricePlaces
UPDATE campaign_places SET price = :price WHERE campaign = :campaign AND number = :number;

-- audience
/* Those of a campaign that were not claimed yet, by what is known of each. Of whom an inbound message opened the window
   nothing is counted. */
SELECT l.name AS sender, f.template, f.place, f.kind, count(*) AS people,
  CAST(coalesce(sum(CASE WHEN k.last_inbound > :since THEN 1 ELSE 0 END), 0) AS bigint) AS in_window,
  CAST(coalesce(sum(CASE WHEN r.counted > :since AND coalesce(k.last_inbound, 0) <= :since THEN 1 ELSE 0 END), 0)
    AS bigint) AS counted,
  CAST(coalesce(sum(CASE WHEN k.opt_out = 'everything' THEN 1 ELSE 0 END), 0) AS bigint) AS opted_out,
  CAST(coalesce(sum(CASE WHEN k.opt_out = 'marketing' THEN 1 ELSE 0 END), 0) AS bigint) AS no_marketing,
  CAST(coalesce(sum(CASE WHEN m.until > :now THEN 1 ELSE 0 END), 0) AS bigint) AS resting
FROM flows f JOIN lanes l ON l.key = f.lane
JOIN campaign_sends n ON n.flow = f.key JOIN sends s ON s.key = n.send AND s.version = 0
LEFT JOIN contacts k ON k.lane = s.lane AND k.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = l.lane_group AND r.address = s.recipient
LEFT JOIN marketing_rests m ON m.lane_group = l.lane_group AND m.address = s.recipient
WHERE f.campaign_key = :campaign AND f.load = :load
GROUP BY l.name, f.template, f.place, f.kind ORDER BY l.name, f.template, f.place, f.kind;

-- others
/* What else waits, and of which priority: a campaign or a label takes its turns as one. */
SELECT l.name AS sender, f.priority, f.campaign, CAST(sum(f.waiting) AS bigint) AS waiting
FROM open_flows f JOIN lanes l ON l.key = f.lane
WHERE f.waiting > 0 AND f.campaign_key <> :campaign
GROUP BY l.name, f.priority, f.campaign ORDER BY l.name, f.priority, f.campaign;

-- lanes
SELECT l.name AS sender, l.in_flight, l.stopped, l.held_until, l.budget, g.recipients, l.told_rate, g.told_recipients
FROM lanes l JOIN lane_groups g ON g.key = l.lane_group ORDER BY l.key;

-- recipientsByDay
SELECT (:now - counted) / 86400000000 AS age, count(*) AS count FROM recipients
WHERE lane_group = :group AND counted > :since GROUP BY 1;

-- crowds
/* How many wait in each lane and place. */
SELECT l.name AS sender, f.template, f.place, f.kind, CAST(sum(f.waiting) AS bigint) AS waiting
FROM flows f JOIN lanes l ON l.key = f.lane
WHERE f.campaign_key = :campaign AND f.load = :load AND f.waiting > 0
GROUP BY l.name, f.template, f.place, f.kind ORDER BY l.name, f.template, f.place, f.kind;

-- stops
SELECT l.name AS sender, s.template, s.place, s.cause, s.since, s.until, s.reason
FROM campaign_stops s JOIN lanes l ON l.key = s.lane WHERE s.campaign = :campaign
ORDER BY s.since, l.name, s.template, s.place, s.cause;

-- stop
INSERT INTO campaign_stops (campaign, lane, template, place, cause, since, until, reason)
SELECT :campaign, l.key, :template, :place, :cause, :since, :until, :reason FROM lanes l WHERE l.name = :sender
ON CONFLICT (campaign, lane, template, place, cause) DO UPDATE SET since = excluded.since, until = excluded.until,
  reason = excluded.reason;

-- endStops
UPDATE campaign_stops SET until = :now WHERE campaign = :campaign AND until > :now;

-- allow
UPDATE campaign_lanes SET allowance = :allowance WHERE campaign = :campaign AND lane = :lane;

-- lift
UPDATE campaign_lanes SET allowance = NULL WHERE campaign = :campaign;

-- addMoney
INSERT INTO campaign_money (campaign) VALUES (:campaign) ON CONFLICT DO NOTHING;

-- money
SELECT reserved, released FROM campaign_money WHERE campaign = :campaign;

-- lockMoney
SELECT reserved, released FROM campaign_money WHERE campaign = :campaign;

-- reserve
UPDATE campaign_money SET reserved = reserved + :amount WHERE campaign = :campaign;

-- release
UPDATE campaign_money SET released = :amount WHERE campaign = :campaign;

-- addTenantMoney
INSERT INTO tenant_money (app, company, day) VALUES (:app, :company, :day) ON CONFLICT DO NOTHING;

-- lockTenantMoney
SELECT reserved FROM tenant_money WHERE app = :app AND company = :company AND day = :day;

-- reserveOfTenant
UPDATE tenant_money SET reserved = reserved + :amount WHERE app = :app AND company = :company AND day = :day;

-- charge
INSERT INTO campaign_charges (campaign, place, category, is_billable, count)
VALUES (:campaign, :place, :category, :is_billable, :count)
ON CONFLICT (campaign, place, category, is_billable) DO UPDATE SET count = campaign_charges.count + excluded.count;

-- charges
SELECT place, category, is_billable, count FROM campaign_charges WHERE campaign = :campaign
ORDER BY place, category, is_billable;

-- optOuts
/* Of those that it wrote to. */
SELECT count(DISTINCT k.address) AS count FROM contacts k
JOIN sends s ON s.recipient = k.address AND s.lane = k.lane AND s.version > 0
JOIN flows f ON f.key = s.flow AND f.campaign_key = :campaign
WHERE k.opted_out >= :since;

-- restFromMarketing
/* Longer each time that it is told again: a day, two, four, a week. After a month without it begins anew. */
INSERT INTO marketing_rests (lane_group, address, until, times)
SELECT l.lane_group, :address, :at + 86400000000, 1 FROM lanes l WHERE l.key = :lane
ON CONFLICT (lane_group, address) DO UPDATE SET
  times = CASE WHEN marketing_rests.until + 2592000000000 < excluded.until - 86400000000 THEN 1
    WHEN marketing_rests.until > excluded.until - 3600000000 THEN marketing_rests.times
    ELSE marketing_rests.times + 1 END,
  until = max(marketing_rests.until, CASE
    WHEN marketing_rests.until + 2592000000000 < excluded.until - 86400000000 THEN excluded.until
    WHEN marketing_rests.until > excluded.until - 3600000000 THEN marketing_rests.until
    ELSE excluded.until - 86400000000 + min(604800000000, 86400000000 << min(marketing_rests.times, 3)) END);

-- reached
/* When campaigns wrote to these people, the latest first. */
SELECT address, at FROM reach WHERE app = :app AND company = :company AND address = :address AND at > :since
ORDER BY at DESC;

-- lockPeople
/* One writer at a time has the whole store. */
SELECT 1 AS count WHERE :app || :company || :address = '';

-- reach
INSERT INTO reach (app, company, address, at, send) VALUES (:app, :company, :address, :at, :send)
ON CONFLICT DO NOTHING;

-- pruneReach
DELETE FROM reach WHERE at < :before;

-- pruneRests
DELETE FROM marketing_rests WHERE until < :before;

-- pruneMoney
DELETE FROM campaign_money WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneTenantMoney
DELETE FROM tenant_money WHERE day < :before / 86400000000;

-- pruneCharges
DELETE FROM campaign_charges WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneStops
DELETE FROM campaign_stops WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- prunePlaces
DELETE FROM campaign_places WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneCare
DELETE FROM campaign_care WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
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
WHERE n.flow = :flow AND n.send > :after ORDER BY n.send LIMIT :limit;

-- copyContact
/* Into a store that is a copy, which SQLite alone keeps. */
INSERT INTO contacts (lane, address, last_inbound, window_closed, opt_out, opted_out, rest_until)
VALUES (:lane, :address, :last_inbound, :window_closed, :opt_out, :opted_out, :rest_until) ON CONFLICT DO NOTHING;

-- copyRest
INSERT INTO marketing_rests (lane_group, address, until, times) VALUES (:lane_group, :address, :until, :times)
ON CONFLICT DO NOTHING;
