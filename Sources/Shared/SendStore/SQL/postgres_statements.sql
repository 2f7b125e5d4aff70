-- A parameter is a column of the batch: one statement takes all its rows.

-- fact
SELECT value FROM facts WHERE name = ANY($1::text[]);

-- saveFact
INSERT INTO facts (name, value)
SELECT * FROM unnest($1::text[], $2::bigint[]) AS p(name, value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- reserveKeys
UPDATE counters SET value = value + ($1::bigint[])[1] WHERE name = 'sends' RETURNING value;

-- intakePosition
SELECT log, next_offset, before_id, before_offset, doubt_until FROM intake
WHERE partition = ANY($1::bigint[]) FOR UPDATE;

-- saveIntake
INSERT INTO intake (partition, log, next_offset, before_id, before_offset)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::bigint[])
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = excluded.before_id, before_offset = excluded.before_offset;

-- adoptIntake
INSERT INTO intake (partition, log, next_offset, doubt_until)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[])
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = NULL, before_offset = NULL, doubt_until = excluded.doubt_until;

-- adoptPartitions
INSERT INTO partitions (topic, number, log, next_offset)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[])
ON CONFLICT (topic, number) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset, before_id = NULL,
  epoch = partitions.epoch + 1, lease_until = 0;

-- doubtIntake
INSERT INTO intake (partition, log, next_offset, doubt_until)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS p(k, l, o, d)
ON CONFLICT (partition) DO UPDATE SET doubt_until = excluded.doubt_until;

-- partitionCount
SELECT count(*) FROM partitions WHERE topic = ANY($1::text[]);

-- addPartitions
INSERT INTO partitions (topic, number)
SELECT * FROM unnest($1::text[], $2::bigint[]) AS p(topic, number) ON CONFLICT DO NOTHING;

-- renewPartitions
UPDATE partitions SET lease_until = ($3::bigint[])[1]
WHERE topic = ($1::text[])[1] AND owner = ($2::text[])[1] AND lease_until > 0 RETURNING topic, number, epoch;

-- takePartitions
UPDATE partitions SET owner = ($2::text[])[1], epoch = epoch + 1, lease_until = ($4::bigint[])[1]
WHERE topic = ($1::text[])[1] AND number IN (
  SELECT number FROM partitions WHERE topic = ($1::text[])[1] AND lease_until <= ($3::bigint[])[1]
  ORDER BY number LIMIT ($5::bigint[])[1] FOR UPDATE SKIP LOCKED)
RETURNING topic, number, epoch;

-- nextPartitionLapse
SELECT least(
  (SELECT min(lease_until) FROM partitions
    WHERE topic = ($1::text[])[1] AND owner <> ($2::text[])[1] AND lease_until > ($3::bigint[])[1]),
  (SELECT min(seen_until) FROM workers WHERE name <> ($2::text[])[1] AND seen_until > ($3::bigint[])[1]));

-- releasePartitions
UPDATE partitions SET lease_until = 0
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS p(t, n, e)
WHERE topic = p.t AND number = p.n AND epoch = p.e;

-- readingPlace
SELECT log, next_offset, before_id FROM partitions WHERE topic = ($1::text[])[1] AND number = ($2::bigint[])[1];

-- passPartitions
UPDATE partitions SET log = p.l, next_offset = p.o, before_id = p.b
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[]) AS p(t, n, e, l, o, b)
WHERE topic = p.t AND number = p.n AND epoch = p.e RETURNING number;

-- hasRead
SELECT (EXISTS (SELECT 1 FROM intake WHERE log = ($1::text[])[1])
  OR EXISTS (SELECT 1 FROM partitions WHERE log = ($1::text[])[1])
  OR (NOT EXISTS (SELECT 1 FROM intake) AND EXISTS (SELECT 1 FROM marks)))::int::bigint;

-- addGroup
INSERT INTO lane_groups (name)
SELECT * FROM unnest($1::text[]) AS p(name)
ON CONFLICT (name) DO NOTHING;

-- groups
SELECT key, name, owner, epoch, lease_until FROM lane_groups ORDER BY key;

-- saveLaneIdentity
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS p(name, lane_group, provider, account, address, app, company)
ON CONFLICT (name) DO UPDATE SET lane_group = excluded.lane_group, provider = excluded.provider,
  account = excluded.account, address = excluded.address, app = excluded.app, company = excluded.company;

-- addLane
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
SELECT ($1::text[])[1], key, '', '', '', ($3::text[])[1], ($4::text[])[1] FROM lane_groups WHERE name = ($2::text[])[1]
ON CONFLICT (name) DO NOTHING;

-- laneByName
SELECT key FROM lanes WHERE name = ANY($1::text[]);

-- expiredUnknown
SELECT s.key FROM lanes l JOIN queue q ON q.lane = l.key JOIN sends s ON s.key = q.send
WHERE l.provider = '' AND s.expires <= ($1::bigint[])[1] AND s.state = 0 /* queued */ LIMIT 500;

-- lanes
SELECT key, name, lane_group, provider, account, address, app, company FROM lanes ORDER BY key;

-- laneStates
SELECT l.name, l.in_flight, l.stopped, l.stop_code, l.stop_reason, l.held_until, l.hold_reason,
  (SELECT CAST(coalesce(sum(f.waiting), 0) AS bigint) FROM flows f WHERE f.lane = l.key AND f.waiting > 0),
  (SELECT count(*) FROM doubts d WHERE d.lane = l.key), l.key, l.budget, g.recipients, g.owner, g.lease_until,
  l.told_rate, g.told_recipients, g.budget_lag
FROM lanes l JOIN lane_groups g ON g.key = l.lane_group ORDER BY l.key;

-- laneChanges
SELECT CAST(coalesce(sum(changes), 0) AS bigint) FROM lanes;

-- stopLane
UPDATE lanes SET stopped = p.at, stop_code = p.code, stop_reason = p.reason, changes = changes + 1
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS p(k, at, code, reason) WHERE lanes.key = p.k;

-- resumeLane
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, held_until = 0, hold_reason = NULL,
  changes = changes + 1 WHERE key = ANY($1::bigint[]);

-- holdLane
UPDATE lanes SET held_until = greatest(held_until, p.until), changes = changes + 1,
  hold_reason = CASE WHEN p.until >= held_until THEN p.reason ELSE hold_reason END
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS p(k, until, reason) WHERE key = p.k;

-- holdTemplate
/* A template's key is its name, or name, U+001F, language, and the name alone stands for every language. A hold that is
   longer stays. */
UPDATE flows SET held_until = p.until, hold_reason = p.reason
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS p(lane, template, until, reason)
WHERE flows.lane = p.lane AND held_until < p.until
  AND (flows.template = p.template OR flows.template || chr(31) = substr(p.template, 1, length(flows.template) + 1)
    OR substr(flows.template, 1, length(p.template) + 1) = p.template || chr(31));

-- releaseTemplate
UPDATE flows SET held_until = 0, hold_reason = NULL
FROM unnest($1::bigint[], $2::text[]) AS p(lane, template)
WHERE flows.lane = p.lane AND held_until > 0
  AND (flows.template = p.template OR flows.template || chr(31) = substr(p.template, 1, length(flows.template) + 1)
    OR substr(flows.template, 1, length(p.template) + 1) = p.template || chr(31));

-- forgetTemplateHold
DELETE FROM template_holds h USING unnest($1::bigint[], $2::text[]) AS p(lane, template)
WHERE h.lane = p.lane
  AND (h.template = p.template OR h.template || chr(31) = substr(p.template, 1, length(h.template) + 1)
    OR substr(h.template, 1, length(p.template) + 1) = p.template || chr(31));

-- holdCampaign
UPDATE flows SET held_until = p.until, hold_reason = p.reason
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS p(lane, campaign, until, reason)
WHERE flows.lane = p.lane AND flows.campaign = p.campaign AND held_until < p.until;

-- sawWorker
INSERT INTO workers (name, seen_until, kind)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[]) AS p(name, seen_until, kind)
ON CONFLICT (name) DO UPDATE SET seen_until = excluded.seen_until;

-- forgetWorker
DELETE FROM workers WHERE name = ANY($1::text[]);

-- forgetSilentWorkers
DELETE FROM workers WHERE seen_until <= ($1::bigint[])[1];

-- workerCount
SELECT count(*) FROM workers WHERE kind = ANY($1::text[]);

-- renewLeases
UPDATE lane_groups SET lease_until = ($2::bigint[])[1]
WHERE owner = ($1::text[])[1] AND lease_until > 0 RETURNING key, name, epoch;

-- nextLapse
SELECT least(
  (SELECT min(lease_until) FROM lane_groups WHERE owner <> ($1::text[])[1] AND lease_until > ($2::bigint[])[1]),
  (SELECT min(seen_until) FROM workers WHERE name <> ($1::text[])[1] AND seen_until > ($2::bigint[])[1]));

-- takeGroups
UPDATE lane_groups SET owner = ($1::text[])[1], epoch = epoch + 1, lease_until = ($3::bigint[])[1]
WHERE key IN (
  SELECT key FROM lane_groups WHERE lease_until <= ($2::bigint[])[1] ORDER BY key LIMIT ($4::bigint[])[1]
  FOR UPDATE SKIP LOCKED)
RETURNING key, name, epoch;

-- releaseGroup
UPDATE lane_groups SET lease_until = 0
FROM unnest($1::bigint[], $2::bigint[]) AS p(k, epoch) WHERE key = p.k AND lane_groups.epoch = p.epoch;

-- takeDuty
INSERT INTO duties (name, owner, epoch, lease_until)
SELECT ($1::text[])[1], ($2::text[])[1], 1, ($4::bigint[])[1]
ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until, owner = excluded.owner,
  epoch = duties.epoch + (duties.owner <> excluded.owner)::int
WHERE duties.owner = excluded.owner OR duties.lease_until <= ($3::bigint[])[1] RETURNING epoch;

-- releaseDuty
UPDATE duties SET lease_until = 0
FROM unnest($1::text[], $2::text[]) AS p(n, o) WHERE duties.name = p.n AND duties.owner = p.o;

-- addFlow
INSERT INTO flows (lane, priority, campaign, template, kind, held_until, hold_reason)
SELECT p.lane, p.priority, p.campaign, p.template, p.kind,
  greatest(max(f.held_until), max(h.held_until), 0), coalesce(max(f.hold_reason), max(h.reason))
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS p(lane, priority, campaign, template, kind)
LEFT JOIN flows f ON f.lane = p.lane
  AND ((f.template = p.template AND p.template <> '') OR (f.campaign = p.campaign AND p.campaign <> ''))
LEFT JOIN template_holds h ON h.lane = p.lane
  AND (h.template = p.template OR h.template || chr(31) = substr(p.template, 1, length(h.template) + 1))
GROUP BY p.lane, p.priority, p.campaign, p.template, p.kind
ON CONFLICT (lane, priority, campaign, template, kind) DO NOTHING;

-- flow
SELECT key FROM flows JOIN unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) AS p(lane, priority, campaign, template, kind) USING (lane, priority, campaign, template, kind);

-- flowsOfLane
SELECT key, priority, campaign, template, kind, waiting, served, held_until, hold_reason
FROM flows WHERE lane = ANY($1::bigint[]) AND waiting > 0 ORDER BY priority DESC, kind DESC, served, key;

-- addWaiting
UPDATE flows SET waiting = waiting + p.n, served = CASE WHEN waiting > 0 THEN served
  ELSE greatest(served, coalesce((SELECT min(g.served) FROM flows g WHERE g.lane = flows.lane AND g.waiting > 0), 0)) END
FROM unnest($1::bigint[], $2::bigint[]) AS p(k, n) WHERE key = p.k RETURNING key;

-- pruneFlows
DELETE FROM flows f WHERE campaign <> '' AND waiting = 0 AND held_until < ($1::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows g JOIN campaign_sends c ON c.flow = g.key
    WHERE g.lane = f.lane AND g.campaign = f.campaign);

-- serveFlow
UPDATE flows SET waiting = waiting - p.n, served = served + p.n
FROM unnest($1::bigint[], $2::bigint[]) AS p(k, n) WHERE key = p.k;

-- knownSends
SELECT s.id, c.hash FROM sends s JOIN contents c ON c.send = s.key WHERE s.id = ANY($1::bytea[]);

-- insertSends
INSERT INTO sends (key, id, lane, flow, recipient, max_attempts, due, expires, changed,
  state, attempt, last_attempt, failed, proven, version)
SELECT p.*, 0, 1, 1, 0, 0, 1 FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]) AS p(key, id, lane, flow, recipient, max_attempts, due, expires, changed);

-- insertContents
INSERT INTO contents (send, hash, content)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS p(send, hash, content);

-- insertQueue
INSERT INTO queue (lane, flow, due, send)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS p(lane, flow, due, send);

-- insertHistory
INSERT INTO history (send, version, state, attempt, at, provider_at, code, detail)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[]) AS p(send, version, state, attempt, at, provider_at, code, detail);

-- insertOutbox
INSERT INTO outbox (send, version)
SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS p(send, version);

-- lockGroup
SELECT owner, epoch, lease_until, recipients, told_recipients,
  coalesce((SELECT value FROM facts WHERE name = 'generation'), 0),
  coalesce((SELECT value FROM facts WHERE name = 'commits-lost'), 0), budget_lag
FROM lane_groups WHERE key = ANY($1::bigint[]) FOR UPDATE;

-- lockLanes
SELECT key, budget, in_flight, swept_epoch, stopped, stop_code, stop_reason, held_until, hold_reason, told_rate, stamp
FROM lanes WHERE key = ANY($1::bigint[]) ORDER BY key FOR UPDATE;

-- saveLane
UPDATE lanes SET budget = p.budget, in_flight = p.in_flight, swept_epoch = p.swept, stamp = stamp + 1
FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[]) AS p(k, budget, in_flight, swept) WHERE key = p.k;

-- saveInFlight
UPDATE lanes SET in_flight = p.n, stamp = stamp + 1
FROM unnest($1::bigint[], $2::bigint[]) AS p(k, n) WHERE key = p.k;

-- saveGroup
UPDATE lane_groups SET recipients = coalesce(p.recipients, lane_groups.recipients), budget_lag = p.lag
FROM unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS p(k, recipients, lag) WHERE key = p.k;

-- dueSends
SELECT q.send, q.due, s.id, s.recipient, s.attempt, s.last_attempt, s.failed, s.proven, s.version, s.max_attempts,
  s.expires, c.content, k.last_inbound, k.opt_out, x.paid_back, r.counted, k.rest_until, k.window_closed
FROM (SELECT send, due FROM queue WHERE lane = ($1::bigint[])[1] AND flow = ($2::bigint[])[1] AND due <= ($3::bigint[])[1] ORDER BY due, send LIMIT ($4::bigint[])[1]) q
JOIN sends s ON s.key = q.send
JOIN contents c ON c.send = q.send
LEFT JOIN contacts k ON k.lane = ($1::bigint[])[1] AND k.address = s.recipient
LEFT JOIN pairs x ON x.lane = ($1::bigint[])[1] AND x.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = ($5::bigint[])[1] AND r.address = s.recipient
WHERE s.state = 0
ORDER BY q.due, q.send
FOR NO KEY UPDATE OF s SKIP LOCKED;

-- nextDue
SELECT due FROM queue WHERE lane = ($1::bigint[])[1] AND flow = ($2::bigint[])[1] AND due > ($3::bigint[])[1]
ORDER BY due LIMIT 1;

-- takeFromQueue
DELETE FROM queue USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS p(lane, flow, due, send)
WHERE queue.lane = p.lane AND queue.flow = p.flow AND queue.due = p.due AND queue.send = p.send;

-- insertIntents
INSERT INTO intents (send, attempt, lane, epoch, post_by, worker, claim, counted_at)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[],
  $7::bigint[], $8::bigint[]);

-- updateSends
UPDATE sends SET state = p.state, attempt = p.attempt, last_attempt = p.last_attempt, failed = p.failed, proven = p.proven, version = p.version, flow = p.flow, due = p.due, changed = p.changed
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]) AS p(k, state, attempt, last_attempt, failed, proven, version, flow, due, changed) WHERE sends.key = p.k;

-- savePairs
INSERT INTO pairs (lane, address, paid_back)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS p(lane, address, paid_back)
ON CONFLICT (lane, address) DO UPDATE SET paid_back = excluded.paid_back;

-- saveRecipients
INSERT INTO recipients (lane_group, address, counted)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS p(lane_group, address, counted)
ON CONFLICT (lane_group, address) DO UPDATE SET counted = excluded.counted;

-- strayIntents
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim, (i.worker IS NULL OR w.name IS NULL)::int::bigint
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.lane = ($1::bigint[])[1]
  AND CASE WHEN i.worker IS NULL THEN i.epoch < ($2::bigint[])[1] ELSE i.worker <> ($3::text[])[1] END;

-- orphanIntents
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim, 1::bigint
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.worker IS NOT NULL AND w.name IS NULL AND i.post_by < ($1::bigint[])[1]
ORDER BY i.send LIMIT ($2::bigint[])[1] FOR UPDATE OF i SKIP LOCKED;

-- ownIntents
SELECT send, attempt, lane, post_by, worker, claim, 0::bigint FROM intents
WHERE worker = ($1::text[])[1] AND post_by < ($2::bigint[])[1] ORDER BY send;

-- sweptClaims
SELECT d.send FROM doubts d JOIN unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])
  AS p(send, attempt, worker, claim) USING (send, attempt, worker, claim);

-- takeIntents
DELETE FROM intents USING unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])
  AS p(send, attempt, worker, claim)
WHERE intents.send = p.send AND intents.attempt = p.attempt AND intents.worker IS NOT DISTINCT FROM p.worker
  AND intents.claim IS NOT DISTINCT FROM p.claim
RETURNING intents.send, intents.lane, intents.post_by, intents.worker, intents.claim,
  coalesce(intents.counted_at, intents.post_by);

-- lockSends
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires
FROM sends WHERE key = ANY($1::bigint[]) ORDER BY key FOR NO KEY UPDATE;

-- lockSendsByID
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires
FROM unnest($1::bytea[]) AS p(wanted) JOIN sends ON sends.id = p.wanted ORDER BY key FOR NO KEY UPDATE OF sends;

-- keysOfIDs
SELECT id, key FROM sends WHERE id = ANY($1::bytea[]);

-- advance
WITH moved AS (
  UPDATE sends SET state = p.state, version = version + 1, proven = proven | (1::bigint << p.n::int), changed = ($10::bigint[])[1]
  FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[]) WITH ORDINALITY AS p(wanted, n, state, first_lane, last_lane, provider_at, code, detail, place)
  WHERE sends.id = p.wanted AND sends.attempt = p.n AND sends.last_attempt = p.n
    AND sends.state BETWEEN 3 AND 5 AND sends.state < p.state AND sends.failed & (1::bigint << p.n::int) = 0
    AND sends.lane = ANY(($9::bigint[])[p.first_lane:p.last_lane])
  RETURNING p.place, sends.key, sends.version, sends.state, p.n, p.provider_at, p.code, p.detail
), told AS (
  INSERT INTO history (send, version, state, attempt, at, provider_at, code, detail)
  SELECT key, version, state, n, ($10::bigint[])[1], provider_at, code, detail FROM moved
), queued AS (
  INSERT INTO outbox (send, version) SELECT key, version FROM moved
)
SELECT place FROM moved;

-- insertProviderIDs
INSERT INTO provider_ids (day, id, send, attempt)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS p(day, id, send, attempt)
ON CONFLICT (day, id) DO NOTHING;

-- findProviderIDs
SELECT id, send, attempt FROM provider_ids JOIN unnest($1::bigint[], $2::text[]) AS p(day, id) USING (day, id);

-- providerDay
SELECT max(day) FROM provider_ids WHERE day < ($1::bigint[])[1];

-- saveAnswers
INSERT INTO answers (send, answer)
SELECT * FROM unnest($1::bigint[], $2::bytea[]) AS p(send, answer)
ON CONFLICT (send) DO UPDATE SET answer = excluded.answer;

-- insertDoubts
INSERT INTO doubts (send, attempt, lane, since, next_look, looks, reason, worker, claim)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[],
  $8::text[], $9::bigint[])
ON CONFLICT (send) DO NOTHING;

-- deleteDoubts
DELETE FROM doubts WHERE send = ANY($1::bigint[]);

-- doubtsDue
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt AND h.state = 1)
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send
WHERE d.lane = ($1::bigint[])[1] AND d.next_look <= ($2::bigint[])[1] ORDER BY d.next_look LIMIT ($3::bigint[])[1];

-- lookAgain
UPDATE doubts SET next_look = p.at, looks = looks + p.counted
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p(k, at, counted) WHERE doubts.send = p.k;

-- insertParked
INSERT INTO parked (at, send_id, provider_id, callback)
SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::bytea[]) AS p(at, send_id, provider_id, callback);

-- parkedForProviderIDs
SELECT seq, callback FROM parked WHERE provider_id = ANY($1::text[]);

-- parkedForSends
SELECT seq, callback FROM parked WHERE send_id = ANY($1::bytea[]);

-- parkedAfter
SELECT at, seq, (SELECT 1 FROM sends s WHERE s.id = p.send_id) IS NOT NULL
  OR (SELECT 1 FROM provider_ids i
    WHERE i.day IN (($3::bigint[])[1], ($3::bigint[])[1] - 1, ($3::bigint[])[1] - 2) AND i.id = p.provider_id LIMIT 1)
  IS NOT NULL
FROM parked p WHERE (at, seq) > (($1::bigint[])[1], ($2::bigint[])[1]) ORDER BY at, seq LIMIT ($4::bigint[])[1];

-- parkedOldest
SELECT seq, at, callback FROM parked WHERE at < ($1::bigint[])[1] ORDER BY at, seq LIMIT ($2::bigint[])[1];

-- parkedCount
SELECT count(*) FROM parked;

-- deleteParked
DELETE FROM parked WHERE seq = ANY($1::bigint[]);

-- insertInbound
INSERT INTO inbound (account, address, provider_id, at, in_reply_to)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bytea[]) AS p(account, address, provider_id, at, in_reply_to)
ON CONFLICT DO NOTHING
RETURNING provider_id;

-- openWindows
INSERT INTO contacts (lane, address, last_inbound, wa_id)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS p(lane, address, last_inbound, wa_id)
ON CONFLICT (lane, address) DO UPDATE SET wa_id = coalesce(excluded.wa_id, contacts.wa_id),
  last_inbound = greatest(contacts.last_inbound, excluded.last_inbound);

-- saveOptOuts
INSERT INTO contacts (lane, address, opt_out, opted_out)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS p(lane, address, opt_out, opted_out)
ON CONFLICT (lane, address) DO UPDATE SET opt_out = excluded.opt_out, opted_out = excluded.opted_out;

-- contact
SELECT last_inbound, opt_out, opted_out, wa_id, window_closed FROM contacts WHERE lane = ($1::bigint[])[1] AND address = ($2::text[])[1];

-- outbox
SELECT o.seq, o.version, s.id, s.recipient, l.name, l.app, l.company, f.campaign, h.state, h.attempt, h.at, h.provider_at,
  h.code, h.detail, c.content, f.template, s.due, s.expires,
  (SELECT p.id FROM provider_ids p WHERE p.send = o.send AND p.attempt = h.attempt LIMIT 1)
FROM (SELECT seq, send, version FROM outbox ORDER BY seq LIMIT ($1::bigint[])[1]) o
JOIN sends s ON s.key = o.send
JOIN lanes l ON l.key = s.lane
JOIN flows f ON f.key = s.flow
JOIN history h ON h.send = o.send AND h.version = o.version
JOIN contents c ON c.send = o.send
ORDER BY o.seq;

-- deleteOutbox
DELETE FROM outbox WHERE seq = ANY($1::bigint[]);

-- outboxCount
SELECT count(*) FROM outbox;

-- insertDeliveries
INSERT INTO deliveries (id, app, company, line, due, tries, created, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[]) AS p(id, app, company, line, due, tries, created, body)
ON CONFLICT (id) DO NOTHING;

-- dueDeliveries
SELECT d.seq FROM deliveries d
WHERE d.app = ($1::text[])[1] AND d.company = ($2::text[])[1] AND d.done IS NULL AND d.due <= ($3::bigint[])[1]
  AND NOT EXISTS (
    SELECT 1 FROM deliveries e
    WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
LIMIT 1;

-- claimDeliveries
/* A claim is a time before which nobody else takes it: the head of a line stays the head meanwhile. */
UPDATE deliveries SET due = ($4::bigint[])[1]
WHERE seq IN (
  SELECT d.seq FROM deliveries d
  WHERE d.app = ($1::text[])[1] AND d.company = ($2::text[])[1] AND d.done IS NULL AND d.due <= ($3::bigint[])[1]
    AND NOT EXISTS (
      SELECT 1 FROM deliveries e
      WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
  ORDER BY d.due, d.seq LIMIT ($5::bigint[])[1] FOR UPDATE OF d SKIP LOCKED)
RETURNING seq, id, line, tries, created, body;

-- finishDeliveries
UPDATE deliveries SET done = p.at
FROM unnest($1::bigint[], $2::bigint[]) AS p(k, at) WHERE seq = p.k;

-- retryDeliveries
UPDATE deliveries SET due = p.at, tries = tries + 1
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p(k, at, claimed)
WHERE seq = p.k AND due = p.claimed AND done IS NULL;

-- send
SELECT s.key, s.id, l.name, s.recipient, s.state, s.attempt, s.last_attempt, s.failed, s.proven, s.version, f.campaign,
  f.template, s.due, s.expires, c.content, a.answer
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN answers a ON a.send = s.key WHERE s.id = ($1::bytea[])[1];

-- historyOfSend
SELECT version, state, attempt, at, provider_at, code, detail FROM history WHERE send = ANY($1::bigint[]) ORDER BY version;

-- oldSends
SELECT key FROM sends
WHERE key > ($1::bigint[])[1] AND changed < ($2::bigint[])[1] AND state >= 3 /* accepted */
ORDER BY key LIMIT ($3::bigint[])[1];

-- deleteSends
DELETE FROM sends WHERE key = ANY($1::bigint[]);

-- deleteContents
DELETE FROM contents WHERE send = ANY($1::bigint[]);

-- deleteAnswers
DELETE FROM answers WHERE send = ANY($1::bigint[]);

-- deleteHistory
DELETE FROM history WHERE send = ANY($1::bigint[]);

-- unpublished
SELECT DISTINCT send FROM outbox WHERE send BETWEEN ($1::bigint[])[1] AND ($2::bigint[])[1];

-- pruneProviderIDs
DELETE FROM provider_ids WHERE day < ($1::bigint[])[1];

-- prunePairs
DELETE FROM pairs WHERE paid_back < ($1::bigint[])[1];

-- pruneRecipients
DELETE FROM recipients WHERE counted < ($1::bigint[])[1];

-- pruneInbound
DELETE FROM inbound WHERE at < ($1::bigint[])[1];

-- pruneDeliveries
DELETE FROM deliveries WHERE done < ($1::bigint[])[1];

-- unsettledSends
SELECT key FROM sends WHERE state IN (0, 1) ORDER BY key LIMIT ($1::bigint[])[1];

-- clearIntents
DELETE FROM intents;

-- clearLeases
UPDATE lane_groups SET lease_until = 0, owner = NULL;

-- clearInFlight
UPDATE lanes SET in_flight = 0, changes = changes + 1;

-- lanePulses
SELECT l.name, l.changes + CAST(
  coalesce((SELECT sum(f.waiting) FROM flows f WHERE f.lane = l.key AND f.waiting > 0), 0) AS bigint)
FROM lanes l;

-- heldFlows
SELECT l.name, f.campaign, f.template, f.waiting, f.held_until, f.hold_reason
FROM flows f JOIN lanes l ON l.key = f.lane WHERE f.held_until > ($1::bigint[])[1] AND f.waiting > 0 ORDER BY f.key;

-- restRecipients
INSERT INTO contacts (lane, address, rest_until)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS p(lane, address, rest_until)
ON CONFLICT (lane, address) DO UPDATE SET rest_until = greatest(contacts.rest_until, excluded.rest_until);

-- closeWindows
INSERT INTO contacts (lane, address, window_closed)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS p(lane, address, window_closed)
ON CONFLICT (lane, address) DO UPDATE SET window_closed = excluded.window_closed;

-- saveWaIDs
INSERT INTO contacts (lane, address, wa_id)
SELECT DISTINCT ON (s.lane, s.recipient) s.lane, s.recipient, p.wa_id
FROM unnest($1::bigint[], $2::text[]) AS p(send, wa_id) JOIN sends s ON s.key = p.send
ON CONFLICT (lane, address) DO UPDATE SET wa_id = excluded.wa_id;

-- rivals
SELECT s.key, c.content FROM sends s JOIN contents c ON c.send = s.key
WHERE s.lane = ($1::bigint[])[1] AND s.recipient = ($2::text[])[1]
  AND s.key IN (SELECT send FROM doubts WHERE lane = ($1::bigint[])[1]
    UNION SELECT send FROM intents WHERE lane = ($1::bigint[])[1]);

-- openDoubts
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt AND h.state = 1), l.name
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send JOIN lanes l ON l.key = d.lane
WHERE d.send > ($1::bigint[])[1] ORDER BY d.send LIMIT ($2::bigint[])[1];

-- haltLanes
UPDATE lanes SET stopped = p.at, stop_code = p.code, stop_reason = p.reason, changes = changes + 1
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS p(k, at, code, reason)
WHERE lanes.key = p.k AND stopped IS NULL RETURNING name;

-- releaseLanes
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, changes = changes + 1
FROM unnest($1::bigint[], $2::text[]) AS p(k, code) WHERE lanes.key = p.k AND stop_code = p.code RETURNING name;

-- tellRate
UPDATE lanes SET told_rate = p.rate, changes = changes + 1
FROM unnest($1::bigint[], $2::bigint[]) AS p(k, rate) WHERE lanes.key = p.k;

-- tellRecipients
UPDATE lane_groups SET told_recipients = p.n
FROM unnest($1::bigint[], $2::bigint[]) AS p(k, n) WHERE lane_groups.key = p.k;

-- wakeLanes
UPDATE lanes SET changes = changes + 1 WHERE key = ANY($1::bigint[]);

-- showLane
UPDATE lanes SET shown_as = p.number
FROM unnest($1::bigint[], $2::text[]) AS p(k, number) WHERE lanes.key = p.k;

-- shownLanes
SELECT key, shown_as FROM lanes WHERE shown_as IS NOT NULL;

-- saveTemplateHold
INSERT INTO template_holds (lane, template, held_until, reason)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[]) AS p(lane, template, held_until, reason)
ON CONFLICT (lane, template) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason
WHERE template_holds.held_until < excluded.held_until;

-- flowTemplates
SELECT key, template FROM flows WHERE key = ANY($1::bigint[]);

-- idsOfSends
SELECT key, id, lane FROM sends WHERE key = ANY($1::bigint[]);

-- inReplyTo
SELECT in_reply_to FROM inbound
WHERE account = ($1::text[])[1] AND address = ($2::text[])[1] AND provider_id = ($3::text[])[1];

-- parkedByNumber
SELECT seq, callback FROM parked WHERE seq = ANY($1::bigint[]);

-- oldestParked
SELECT seq, at, callback FROM parked ORDER BY seq LIMIT ($1::bigint[])[1];

-- saveMarks
INSERT INTO marks (partition, instance, at, seen, ended)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS p(partition, instance, at, seen, ended)
ON CONFLICT (partition, instance) DO UPDATE SET at = excluded.at, seen = excluded.seen, ended = excluded.ended
WHERE excluded.at >= marks.at;

-- markedUntil
/* One that is silent holds up nothing where others have gone on by far in the same partition: what stands still there
   still holds up. */
SELECT min(m.at) FROM marks m
WHERE m.ended = 0 AND m.seen > ($1::bigint[])[1] AND NOT EXISTS (
  SELECT 1 FROM marks n WHERE n.partition = m.partition AND n.instance <> m.instance
    AND n.at >= ($2::bigint[])[1] + (SELECT max(l.at) FROM marks l WHERE l.instance = m.instance));

-- forgetMarks
DELETE FROM marks WHERE seen <= ($1::bigint[])[1];

-- insertAwaited
INSERT INTO awaited (due, send, looks)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p(due, send, looks)
ON CONFLICT DO NOTHING;

-- awaitedDue
SELECT a.due, a.send, a.looks, s.id, s.lane, s.state, s.attempt, s.changed, w.answer
FROM (SELECT due, send, looks FROM awaited WHERE due <= ($1::bigint[])[1] ORDER BY due, send
  LIMIT ($2::bigint[])[1] FOR UPDATE SKIP LOCKED) a
LEFT JOIN sends s ON s.key = a.send
LEFT JOIN answers w ON w.send = a.send
ORDER BY a.due, a.send;

-- deleteAwaited
DELETE FROM awaited USING unnest($1::bigint[], $2::bigint[]) AS p(due, send)
WHERE awaited.due = p.due AND awaited.send = p.send;

-- insertSilent
INSERT INTO silent (send, since)
SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS p(send, since)
ON CONFLICT (send) DO NOTHING;

-- deleteSilent
DELETE FROM silent WHERE send = ANY($1::bigint[]);

-- silentSends
SELECT l.name, count(*) FROM silent q JOIN sends s ON s.key = q.send JOIN lanes l ON l.key = s.lane
WHERE s.state = 3 GROUP BY l.name ORDER BY l.name;

-- isSilent
SELECT q.since FROM silent q JOIN sends s ON s.key = q.send WHERE s.id = ($1::bytea[])[1] AND s.state = 3;

-- contactsByWaID
SELECT address FROM contacts WHERE lane = ($1::bigint[])[1] AND wa_id = ($2::text[])[1];

-- recipientSends
SELECT key FROM sends WHERE recipient = ($1::text[])[1] AND key < ($2::bigint[])[1]
ORDER BY key DESC LIMIT ($3::bigint[])[1];

-- campaignFlows
SELECT key, lane FROM flows WHERE campaign = ($1::text[])[1] AND campaign <> '' ORDER BY key;

-- campaignSends
SELECT send FROM campaign_sends WHERE flow = ($1::bigint[])[1] AND send > ($2::bigint[])[1]
ORDER BY send LIMIT ($3::bigint[])[1];

-- queuedSends
SELECT lane, flow, due, send FROM queue
WHERE (lane, flow, due, send) > (($1::bigint[])[1], ($2::bigint[])[1], ($3::bigint[])[1], ($4::bigint[])[1])
ORDER BY lane, flow, due, send LIMIT ($5::bigint[])[1];

-- sendingSends
SELECT send FROM intents WHERE send > ($1::bigint[])[1] ORDER BY send LIMIT ($2::bigint[])[1];

-- doubtfulSends
SELECT send FROM doubts WHERE send > ($1::bigint[])[1] ORDER BY send LIMIT ($2::bigint[])[1];

-- endedSends
SELECT send FROM history WHERE state = ($1::bigint[])[1] AND state >= 7 AND send < ($2::bigint[])[1]
ORDER BY send DESC LIMIT ($3::bigint[])[1];

-- summaries
SELECT s.key, s.id, l.name, s.recipient, s.state, s.attempt, s.last_attempt, s.failed, s.proven, s.version, f.campaign,
  s.changed, s.lane, (SELECT p.id FROM provider_ids p WHERE p.send = s.key ORDER BY p.attempt DESC LIMIT 1)
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow WHERE s.key = ANY($1::bigint[]);

-- standings
SELECT s.id, s.state, l.name FROM sends s JOIN lanes l ON l.key = s.lane WHERE s.id = ANY($1::bytea[]);

-- providerIDsOfSend
SELECT p.attempt, p.id FROM sends s JOIN provider_ids p ON p.send = s.key
WHERE s.id = ($1::bytea[])[1] ORDER BY p.attempt;

-- insertCampaignSends
INSERT INTO campaign_sends (flow, send)
SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS p(flow, send)
ON CONFLICT DO NOTHING;

-- deleteCampaignSends
DELETE FROM campaign_sends c USING sends s, flows f, flows g
WHERE s.key = ANY($1::bigint[]) AND f.key = s.flow AND g.campaign = f.campaign AND g.campaign <> '' AND g.lane = f.lane
  AND c.flow = g.key AND c.send = s.key;

-- contentsOfIDs
SELECT s.id, s.state, s.attempt, s.version, s.changed, s.recipient, l.name, f.campaign, f.template, c.content,
  (SELECT p.id FROM provider_ids p WHERE p.send = s.key AND p.attempt = s.attempt LIMIT 1)
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
WHERE s.id = ANY($1::bytea[]);

-- attemptsUnderWay
SELECT key, attempt FROM sends WHERE key = ANY($1::bigint[]) AND state = 1;

-- releaseFlows
UPDATE flows SET held_until = 0, hold_reason = NULL WHERE lane = ANY($1::bigint[]) AND held_until > 0;

-- releaseTemplates
DELETE FROM template_holds WHERE lane = ANY($1::bigint[]);

-- clock
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, at, reached, gap FROM clock WHERE key = 1;

-- saveClock
UPDATE clock SET at = p.at, reached = p.reached, gap = p.gap
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS p(at, reached, gap, old_at)
WHERE clock.key IN (SELECT c.key FROM clock c WHERE c.at = p.old_at FOR UPDATE SKIP LOCKED);

-- pruneHolds
DELETE FROM template_holds WHERE held_until < ($1::bigint[])[1];
