-- One row of parameters at a time; a batch runs the statement once for each of its rows.

-- fact
SELECT value FROM facts WHERE name = ?1;

-- saveFact
INSERT INTO facts (name, value)
VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- reserveKeys
UPDATE counters SET value = value + ?1 WHERE name = 'sends' RETURNING value;

-- intakePosition
SELECT log, next_offset, before_id, before_offset, doubt_until FROM intake WHERE partition = ?1;

-- saveIntake
INSERT INTO intake (partition, log, next_offset, before_id, before_offset)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = excluded.before_id, before_offset = excluded.before_offset;

-- adoptIntake
INSERT INTO intake (partition, log, next_offset, before_id, before_offset, doubt_until)
VALUES (?1, ?2, ?3, NULL, NULL, ?4)
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = NULL, before_offset = NULL, doubt_until = excluded.doubt_until;

-- adoptPartitions
INSERT INTO partitions (topic, number, log, next_offset) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (topic, number) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset, before_id = NULL,
  epoch = partitions.epoch + 1, lease_until = 0;

-- doubtIntake
INSERT INTO intake (partition, log, next_offset, doubt_until) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (partition) DO UPDATE SET doubt_until = excluded.doubt_until;

-- partitionCount
SELECT count(*) FROM partitions WHERE topic = ?1;

-- addPartitions
INSERT INTO partitions (topic, number) VALUES (?1, ?2) ON CONFLICT DO NOTHING;

-- renewPartitions
UPDATE partitions SET lease_until = ?3 WHERE topic = ?1 AND owner = ?2 AND lease_until > 0
RETURNING topic, number, epoch;

-- takePartitions
UPDATE partitions SET owner = ?2, epoch = epoch + 1, lease_until = ?4
WHERE topic = ?1 AND number IN (
  SELECT number FROM partitions WHERE topic = ?1 AND lease_until <= ?3 ORDER BY number LIMIT ?5)
RETURNING topic, number, epoch;

-- nextPartitionLapse
SELECT min(t) FROM (
  SELECT min(lease_until) AS t FROM partitions WHERE topic = ?1 AND owner <> ?2 AND lease_until > ?3
  UNION ALL SELECT min(seen_until) FROM workers WHERE name <> ?2 AND seen_until > ?3);

-- releasePartitions
UPDATE partitions SET lease_until = 0 WHERE topic = ?1 AND number = ?2 AND epoch = ?3;

-- readingPlace
SELECT log, next_offset, before_id FROM partitions WHERE topic = ?1 AND number = ?2;

-- passPartitions
UPDATE partitions SET log = ?4, next_offset = ?5, before_id = ?6 WHERE topic = ?1 AND number = ?2 AND epoch = ?3
RETURNING number;

-- hasRead
SELECT EXISTS (SELECT 1 FROM intake WHERE log = ?1) OR EXISTS (SELECT 1 FROM partitions WHERE log = ?1)
  OR (NOT EXISTS (SELECT 1 FROM intake) AND EXISTS (SELECT 1 FROM marks));

-- addGroup
INSERT INTO lane_groups (name)
VALUES (?1)
ON CONFLICT (name) DO NOTHING;

-- groups
SELECT key, name, owner, epoch, lease_until FROM lane_groups ORDER BY key;

-- saveLaneIdentity
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (name) DO UPDATE SET lane_group = excluded.lane_group, provider = excluded.provider,
  account = excluded.account, address = excluded.address, app = excluded.app, company = excluded.company;

-- addLane
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
SELECT ?1, key, '', '', '', ?3, ?4 FROM lane_groups WHERE name = ?2
ON CONFLICT (name) DO NOTHING;

-- laneByName
SELECT key FROM lanes WHERE name = ?1;

-- expiredUnknown
SELECT s.key FROM lanes l JOIN queue q ON q.lane = l.key JOIN sends s ON s.key = q.send
WHERE l.provider = '' AND s.expires <= ?1 AND s.state = 0 /* queued */ LIMIT 500;

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
UPDATE lanes SET stopped = ?2, stop_code = ?3, stop_reason = ?4, changes = changes + 1 WHERE key = ?1;

-- resumeLane
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, held_until = 0, hold_reason = NULL,
  changes = changes + 1 WHERE key = ?1;

-- holdLane
UPDATE lanes SET held_until = max(held_until, ?2), changes = changes + 1,
  hold_reason = CASE WHEN ?2 >= held_until THEN ?3 ELSE hold_reason END WHERE key = ?1;

-- holdTemplate
/* A template's key is its name, or name, U+001F, language, and the name alone stands for every language. A hold that is
   longer stays. */
UPDATE flows SET held_until = ?3, hold_reason = ?4
WHERE lane = ?1 AND held_until < ?3
  AND (template = ?2 OR template || char(31) = substr(?2, 1, length(template) + 1)
    OR substr(template, 1, length(?2) + 1) = ?2 || char(31));

-- releaseTemplate
UPDATE flows SET held_until = 0, hold_reason = NULL
WHERE lane = ?1 AND held_until > 0
  AND (template = ?2 OR template || char(31) = substr(?2, 1, length(template) + 1)
    OR substr(template, 1, length(?2) + 1) = ?2 || char(31));

-- forgetTemplateHold
DELETE FROM template_holds
WHERE lane = ?1
  AND (template = ?2 OR template || char(31) = substr(?2, 1, length(template) + 1)
    OR substr(template, 1, length(?2) + 1) = ?2 || char(31));

-- holdCampaign
UPDATE flows SET held_until = ?3, hold_reason = ?4 WHERE lane = ?1 AND campaign = ?2 AND held_until < ?3;

-- sawWorker
INSERT INTO workers (name, seen_until, kind)
VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET seen_until = excluded.seen_until;

-- forgetWorker
DELETE FROM workers WHERE name = ?1;

-- forgetSilentWorkers
DELETE FROM workers WHERE seen_until <= ?1;

-- workerCount
SELECT count(*) FROM workers WHERE kind = ?1;

-- renewLeases
UPDATE lane_groups SET lease_until = ?2 WHERE owner = ?1 AND lease_until > 0 RETURNING key, name, epoch;

-- nextLapse
SELECT min(t) FROM (
  SELECT min(lease_until) AS t FROM lane_groups WHERE owner <> ?1 AND lease_until > ?2
  UNION ALL SELECT min(seen_until) FROM workers WHERE name <> ?1 AND seen_until > ?2);

-- takeGroups
UPDATE lane_groups SET owner = ?1, epoch = epoch + 1, lease_until = ?3
WHERE key IN (SELECT key FROM lane_groups WHERE lease_until <= ?2 ORDER BY key LIMIT ?4) RETURNING key, name, epoch;

-- releaseGroup
UPDATE lane_groups SET lease_until = 0 WHERE key = ?1 AND epoch = ?2;

-- takeDuty
INSERT INTO duties (name, owner, epoch, lease_until) VALUES (?1, ?2, 1, ?4)
ON CONFLICT (name) DO UPDATE SET lease_until = excluded.lease_until, owner = excluded.owner,
  epoch = duties.epoch + (duties.owner <> excluded.owner)
WHERE duties.owner = excluded.owner OR duties.lease_until <= ?3 RETURNING epoch;

-- releaseDuty
UPDATE duties SET lease_until = 0 WHERE name = ?1 AND owner = ?2;

-- addFlow
INSERT INTO flows (lane, priority, campaign, template, kind, held_until, hold_reason)
SELECT ?1, ?2, ?3, ?4, ?5,
  max(coalesce(max(f.held_until), 0),
    coalesce((SELECT max(h.held_until) FROM template_holds h WHERE h.lane = ?1
      AND (h.template = ?4 OR h.template || char(31) = substr(?4, 1, length(h.template) + 1))), 0)),
  coalesce(max(f.hold_reason), (SELECT max(h.reason) FROM template_holds h WHERE h.lane = ?1
    AND (h.template = ?4 OR h.template || char(31) = substr(?4, 1, length(h.template) + 1))))
FROM flows f WHERE f.lane = ?1 AND ((f.template = ?4 AND ?4 <> '') OR (f.campaign = ?3 AND ?3 <> ''))
ON CONFLICT (lane, priority, campaign, template, kind) DO NOTHING;

-- flow
SELECT key FROM flows WHERE lane = ?1 AND priority = ?2 AND campaign = ?3 AND template = ?4 AND kind = ?5;

-- flowsOfLane
SELECT key, priority, campaign, template, kind, waiting, served, held_until, hold_reason
FROM flows WHERE lane = ?1 AND waiting > 0 ORDER BY priority DESC, kind DESC, served, key;

-- addWaiting
UPDATE flows SET waiting = waiting + ?2, served = CASE WHEN waiting > 0 THEN served
  ELSE max(served, coalesce((SELECT min(g.served) FROM flows g WHERE g.lane = flows.lane AND g.waiting > 0), 0)) END
WHERE key = ?1 RETURNING key;

-- pruneFlows
DELETE FROM flows WHERE campaign <> '' AND waiting = 0 AND held_until < ?1
  AND NOT EXISTS (SELECT 1 FROM flows g JOIN campaign_sends c ON c.flow = g.key
    WHERE g.lane = flows.lane AND g.campaign = flows.campaign);

-- serveFlow
UPDATE flows SET waiting = waiting - ?2, served = served + ?2 WHERE key = ?1;

-- knownSends
SELECT s.id, c.hash FROM sends s JOIN contents c ON c.send = s.key WHERE s.id = ?1;

-- insertSends
INSERT INTO sends (key, id, lane, flow, recipient, max_attempts, due, expires, changed,
  state, attempt, last_attempt, failed, proven, version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 1, 1, 0, 0, 1);

-- insertContents
INSERT INTO contents (send, hash, content)
VALUES (?1, ?2, ?3);

-- insertQueue
INSERT INTO queue (lane, flow, due, send)
VALUES (?1, ?2, ?3, ?4);

-- insertHistory
INSERT INTO history (send, version, state, attempt, at, provider_at, code, detail)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- insertOutbox
INSERT INTO outbox (send, version)
VALUES (?1, ?2);

-- lockGroup
SELECT owner, epoch, lease_until, recipients, told_recipients,
  coalesce((SELECT value FROM facts WHERE name = 'generation'), 0),
  coalesce((SELECT value FROM facts WHERE name = 'commits-lost'), 0), budget_lag
FROM lane_groups WHERE key = ?1;

-- lockLanes
SELECT key, budget, in_flight, swept_epoch, stopped, stop_code, stop_reason, held_until, hold_reason, told_rate, stamp
FROM lanes WHERE key = ?1;

-- saveLane
UPDATE lanes SET budget = ?2, in_flight = ?3, swept_epoch = ?4, stamp = stamp + 1 WHERE key = ?1;

-- saveInFlight
UPDATE lanes SET in_flight = ?2, stamp = stamp + 1 WHERE key = ?1;

-- saveGroup
UPDATE lane_groups SET recipients = coalesce(?2, recipients), budget_lag = ?3 WHERE key = ?1;

-- dueSends
SELECT q.send, q.due, s.id, s.recipient, s.attempt, s.last_attempt, s.failed, s.proven, s.version, s.max_attempts,
  s.expires, c.content, k.last_inbound, k.opt_out, x.paid_back, r.counted, k.rest_until, k.window_closed
FROM (SELECT send, due FROM queue WHERE lane = ?1 AND flow = ?2 AND due <= ?3 ORDER BY due, send LIMIT ?4) q
JOIN sends s ON s.key = q.send
JOIN contents c ON c.send = q.send
LEFT JOIN contacts k ON k.lane = ?1 AND k.address = s.recipient
LEFT JOIN pairs x ON x.lane = ?1 AND x.address = s.recipient
LEFT JOIN recipients r ON r.lane_group = ?5 AND r.address = s.recipient
WHERE s.state = 0
ORDER BY q.due, q.send;

-- nextDue
SELECT due FROM queue WHERE lane = ?1 AND flow = ?2 AND due > ?3 ORDER BY due LIMIT 1;

-- takeFromQueue
DELETE FROM queue WHERE lane = ?1 AND flow = ?2 AND due = ?3 AND send = ?4;

-- insertIntents
INSERT INTO intents (send, attempt, lane, epoch, post_by, worker, claim, counted_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- updateSends
UPDATE sends SET state = ?2, attempt = ?3, last_attempt = ?4, failed = ?5, proven = ?6, version = ?7, flow = ?8, due = ?9, changed = ?10
WHERE key = ?1;

-- savePairs
INSERT INTO pairs (lane, address, paid_back)
VALUES (?1, ?2, ?3)
ON CONFLICT (lane, address) DO UPDATE SET paid_back = excluded.paid_back;

-- saveRecipients
INSERT INTO recipients (lane_group, address, counted)
VALUES (?1, ?2, ?3)
ON CONFLICT (lane_group, address) DO UPDATE SET counted = excluded.counted;

-- strayIntents
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim, i.worker IS NULL OR w.name IS NULL
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.lane = ?1 AND CASE WHEN i.worker IS NULL THEN i.epoch < ?2 ELSE i.worker <> ?3 END;

-- orphanIntents
SELECT i.send, i.attempt, i.lane, i.post_by, i.worker, i.claim, 1
FROM intents i LEFT JOIN workers w ON w.name = i.worker
WHERE i.worker IS NOT NULL AND w.name IS NULL AND i.post_by < ?1 ORDER BY i.send LIMIT ?2;

-- ownIntents
SELECT send, attempt, lane, post_by, worker, claim, 0 FROM intents WHERE worker = ?1 AND post_by < ?2 ORDER BY send;

-- sweptClaims
SELECT send FROM doubts WHERE send = ?1 AND attempt = ?2 AND worker = ?3 AND claim = ?4;

-- takeIntents
DELETE FROM intents WHERE send = ?1 AND attempt = ?2 AND worker IS ?3 AND claim IS ?4
RETURNING send, lane, post_by, worker, claim, coalesce(counted_at, post_by);

-- lockSends
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires FROM sends WHERE key = ?1;

-- lockSendsByID
SELECT key, id, lane, flow, recipient, state, attempt, last_attempt, failed, proven, version, max_attempts, due, expires FROM sends WHERE id = ?1;

-- standingByID
SELECT ?2, key, lane, state, attempt, last_attempt, failed, proven, version FROM sends WHERE id = ?1;

-- moveSends
UPDATE sends SET state = ?2, proven = ?3, version = ?4, changed = ?5 WHERE key = ?1;

-- keysOfIDs
SELECT id, key FROM sends WHERE id = ?1;

-- insertProviderIDs
INSERT INTO provider_ids (day, id, send, attempt)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (day, id) DO NOTHING;

-- findProviderIDs
SELECT id, send, attempt FROM provider_ids WHERE day = ?1 AND id = ?2;

-- providerDay
SELECT max(day) FROM provider_ids WHERE day < ?1;

-- saveAnswers
INSERT INTO answers (send, answer)
VALUES (?1, ?2)
ON CONFLICT (send) DO UPDATE SET answer = excluded.answer;

-- insertDoubts
INSERT INTO doubts (send, attempt, lane, since, next_look, looks, reason, worker, claim)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (send) DO NOTHING;

-- deleteDoubts
DELETE FROM doubts WHERE send = ?1;

-- doubtsDue
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt AND h.state = 1)
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send
WHERE d.lane = ?1 AND d.next_look <= ?2 ORDER BY d.next_look LIMIT ?3;

-- lookAgain
UPDATE doubts SET next_look = ?2, looks = looks + ?3 WHERE send = ?1;

-- insertParked
INSERT INTO parked (at, send_id, provider_id, callback)
VALUES (?1, ?2, ?3, ?4);

-- parkedForProviderIDs
SELECT seq, callback FROM parked WHERE provider_id = ?1;

-- parkedForSends
SELECT seq, callback FROM parked WHERE send_id = ?1;

-- parkedAfter
SELECT at, seq, EXISTS (SELECT 1 FROM sends s WHERE s.id = p.send_id)
  OR EXISTS (SELECT 1 FROM provider_ids i WHERE i.day IN (?3, ?3 - 1, ?3 - 2) AND i.id = p.provider_id)
FROM parked p WHERE (at, seq) > (?1, ?2) ORDER BY at, seq LIMIT ?4;

-- parkedOldest
SELECT seq, at, callback FROM parked WHERE at < ?1 ORDER BY at, seq LIMIT ?2;

-- parkedCount
SELECT count(*) FROM parked;

-- deleteParked
DELETE FROM parked WHERE seq = ?1;

-- insertInbound
INSERT INTO inbound (account, address, provider_id, at, in_reply_to)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO NOTHING
RETURNING provider_id;

-- openWindows
INSERT INTO contacts (lane, address, last_inbound, wa_id)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (lane, address) DO UPDATE SET wa_id = coalesce(excluded.wa_id, contacts.wa_id),
  last_inbound = max(coalesce(contacts.last_inbound, excluded.last_inbound), excluded.last_inbound);

-- saveOptOuts
INSERT INTO contacts (lane, address, opt_out, opted_out)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (lane, address) DO UPDATE SET opt_out = excluded.opt_out, opted_out = excluded.opted_out;

-- contact
SELECT last_inbound, opt_out, opted_out, wa_id, window_closed FROM contacts WHERE lane = ?1 AND address = ?2;

-- outbox
SELECT o.seq, o.version, s.id, s.recipient, l.name, l.app, l.company, f.campaign, h.state, h.attempt, h.at, h.provider_at,
  h.code, h.detail, c.content, f.template, s.due, s.expires,
  (SELECT p.id FROM provider_ids p WHERE p.send = o.send AND p.attempt = h.attempt LIMIT 1)
FROM (SELECT seq, send, version FROM outbox ORDER BY seq LIMIT ?1) o
JOIN sends s ON s.key = o.send
JOIN lanes l ON l.key = s.lane
JOIN flows f ON f.key = s.flow
JOIN history h ON h.send = o.send AND h.version = o.version
JOIN contents c ON c.send = o.send
ORDER BY o.seq;

-- deleteOutbox
DELETE FROM outbox WHERE seq = ?1;

-- outboxCount
SELECT count(*) FROM outbox;

-- insertDeliveries
INSERT INTO deliveries (id, app, company, line, due, tries, created, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (id) DO NOTHING;

-- dueDeliveries
SELECT d.seq FROM deliveries d
WHERE d.app = ?1 AND d.company = ?2 AND d.done IS NULL AND d.due <= ?3
  AND NOT EXISTS (
    SELECT 1 FROM deliveries e
    WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
LIMIT 1;

-- claimDeliveries
/* A claim is a time before which nobody else takes it: the head of a line stays the head meanwhile. */
UPDATE deliveries SET due = ?4
WHERE seq IN (
  SELECT d.seq FROM deliveries d
  WHERE d.app = ?1 AND d.company = ?2 AND d.done IS NULL AND d.due <= ?3
    AND NOT EXISTS (
      SELECT 1 FROM deliveries e
      WHERE e.app = d.app AND e.company = d.company AND e.done IS NULL AND e.line = d.line AND e.seq < d.seq)
  ORDER BY d.due, d.seq LIMIT ?5)
RETURNING seq, id, line, tries, created, body;

-- finishDeliveries
UPDATE deliveries SET done = ?2 WHERE seq = ?1;

-- retryDeliveries
UPDATE deliveries SET due = ?2, tries = tries + 1 WHERE seq = ?1 AND due = ?3 AND done IS NULL;

-- send
SELECT s.key, s.id, l.name, s.recipient, s.state, s.attempt, s.last_attempt, s.failed, s.proven, s.version, f.campaign,
  f.template, s.due, s.expires, c.content, a.answer
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN answers a ON a.send = s.key WHERE s.id = ?1;

-- historyOfSend
SELECT version, state, attempt, at, provider_at, code, detail FROM history WHERE send = ?1 ORDER BY version;

-- oldSends
SELECT key FROM sends WHERE key > ?1 AND changed < ?2 AND state >= 3 /* accepted */ ORDER BY key LIMIT ?3;

-- deleteSends
DELETE FROM sends WHERE key = ?1;

-- deleteContents
DELETE FROM contents WHERE send = ?1;

-- deleteAnswers
DELETE FROM answers WHERE send = ?1;

-- deleteHistory
DELETE FROM history WHERE send = ?1;

-- unpublished
SELECT DISTINCT send FROM outbox WHERE send BETWEEN ?1 AND ?2;

-- pruneProviderIDs
DELETE FROM provider_ids WHERE day < ?1;

-- prunePairs
DELETE FROM pairs WHERE paid_back < ?1;

-- pruneRecipients
DELETE FROM recipients WHERE counted < ?1;

-- pruneInbound
DELETE FROM inbound WHERE at < ?1;

-- pruneDeliveries
DELETE FROM deliveries WHERE done < ?1;

-- unsettledSends
SELECT key FROM sends WHERE state IN (0, 1) ORDER BY key LIMIT ?1;

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
FROM flows f JOIN lanes l ON l.key = f.lane WHERE f.held_until > ?1 AND f.waiting > 0 ORDER BY f.key;

-- restRecipients
INSERT INTO contacts (lane, address, rest_until)
VALUES (?1, ?2, ?3)
ON CONFLICT (lane, address) DO UPDATE SET rest_until = max(coalesce(contacts.rest_until, 0), excluded.rest_until);

-- closeWindows
INSERT INTO contacts (lane, address, window_closed)
VALUES (?1, ?2, ?3)
ON CONFLICT (lane, address) DO UPDATE SET window_closed = excluded.window_closed;

-- saveWaIDs
INSERT INTO contacts (lane, address, wa_id)
SELECT s.lane, s.recipient, ?2 FROM sends s WHERE s.key = ?1
ON CONFLICT (lane, address) DO UPDATE SET wa_id = excluded.wa_id;

-- rivals
SELECT s.key, c.content FROM sends s JOIN contents c ON c.send = s.key
WHERE s.lane = ?1 AND s.recipient = ?2
  AND s.key IN (SELECT send FROM doubts WHERE lane = ?1 UNION SELECT send FROM intents WHERE lane = ?1);

-- openDoubts
SELECT d.send, s.id, d.attempt, s.recipient, d.since, d.looks, c.content, d.reason,
  (SELECT max(h.at) FROM history h WHERE h.send = d.send AND h.attempt = d.attempt AND h.state = 1), l.name
FROM doubts d JOIN sends s ON s.key = d.send JOIN contents c ON c.send = d.send JOIN lanes l ON l.key = d.lane
WHERE d.send > ?1 ORDER BY d.send LIMIT ?2;

-- haltLanes
UPDATE lanes SET stopped = ?2, stop_code = ?3, stop_reason = ?4, changes = changes + 1
WHERE key = ?1 AND stopped IS NULL RETURNING name;

-- releaseLanes
UPDATE lanes SET stopped = NULL, stop_code = NULL, stop_reason = NULL, changes = changes + 1
WHERE key = ?1 AND stop_code = ?2 RETURNING name;

-- tellRate
UPDATE lanes SET told_rate = ?2, changes = changes + 1 WHERE key = ?1;

-- tellRecipients
UPDATE lane_groups SET told_recipients = ?2 WHERE key = ?1;

-- wakeLanes
UPDATE lanes SET changes = changes + 1 WHERE key = ?1;

-- showLane
UPDATE lanes SET shown_as = ?2 WHERE key = ?1;

-- shownLanes
SELECT key, shown_as FROM lanes WHERE shown_as IS NOT NULL;

-- saveTemplateHold
INSERT INTO template_holds (lane, template, held_until, reason)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (lane, template) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason
WHERE template_holds.held_until < excluded.held_until;

-- flowTemplates
SELECT key, template FROM flows WHERE key = ?1;

-- idsOfSends
SELECT key, id, lane FROM sends WHERE key = ?1;

-- inReplyTo
SELECT in_reply_to FROM inbound WHERE account = ?1 AND address = ?2 AND provider_id = ?3;

-- parkedByNumber
SELECT seq, callback FROM parked WHERE seq = ?1;

-- oldestParked
SELECT seq, at, callback FROM parked ORDER BY seq LIMIT ?1;

-- saveMarks
INSERT INTO marks (partition, instance, at, seen, ended)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (partition, instance) DO UPDATE SET at = excluded.at, seen = excluded.seen, ended = excluded.ended
WHERE excluded.at >= marks.at;

-- markedUntil
/* One that is silent holds up nothing where others have gone on by far in the same partition: what stands still there
   still holds up. */
SELECT min(m.at) FROM marks m
WHERE m.ended = 0 AND m.seen > ?1 AND NOT EXISTS (
  SELECT 1 FROM marks n WHERE n.partition = m.partition AND n.instance <> m.instance
    AND n.at >= ?2 + (SELECT max(l.at) FROM marks l WHERE l.instance = m.instance));

-- forgetMarks
DELETE FROM marks WHERE seen <= ?1;

-- insertAwaited
INSERT INTO awaited (due, send, looks)
VALUES (?1, ?2, ?3)
ON CONFLICT DO NOTHING;

-- awaitedDue
SELECT a.due, a.send, a.looks, s.id, s.lane, s.state, s.attempt, s.changed, w.answer
FROM (SELECT due, send, looks FROM awaited WHERE due <= ?1 ORDER BY due, send LIMIT ?2) a
LEFT JOIN sends s ON s.key = a.send
LEFT JOIN answers w ON w.send = a.send
ORDER BY a.due, a.send;

-- deleteAwaited
DELETE FROM awaited WHERE due = ?1 AND send = ?2;

-- insertSilent
INSERT INTO silent (send, since)
VALUES (?1, ?2)
ON CONFLICT (send) DO NOTHING;

-- deleteSilent
DELETE FROM silent WHERE send = ?1;

-- silentSends
SELECT l.name, count(*) FROM silent q JOIN sends s ON s.key = q.send JOIN lanes l ON l.key = s.lane
WHERE s.state = 3 GROUP BY l.name ORDER BY l.name;

-- isSilent
SELECT q.since FROM silent q JOIN sends s ON s.key = q.send WHERE s.id = ?1 AND s.state = 3;

-- contactsByWaID
SELECT address FROM contacts WHERE lane = ?1 AND wa_id = ?2;

-- recipientSends
SELECT key FROM sends WHERE recipient = ?1 AND key < ?2 ORDER BY key DESC LIMIT ?3;

-- campaignFlows
SELECT key, lane FROM flows WHERE campaign = ?1 AND campaign <> '' ORDER BY key;

-- campaignSends
SELECT send FROM campaign_sends WHERE flow = ?1 AND send > ?2 ORDER BY send LIMIT ?3;

-- queuedSends
SELECT lane, flow, due, send FROM queue WHERE (lane, flow, due, send) > (?1, ?2, ?3, ?4)
ORDER BY lane, flow, due, send LIMIT ?5;

-- sendingSends
SELECT send FROM intents WHERE send > ?1 ORDER BY send LIMIT ?2;

-- doubtfulSends
SELECT send FROM doubts WHERE send > ?1 ORDER BY send LIMIT ?2;

-- endedSends
SELECT send FROM history WHERE state = ?1 AND state >= 7 AND send < ?2 ORDER BY send DESC LIMIT ?3;

-- summaries
SELECT s.key, s.id, l.name, s.recipient, s.state, s.attempt, s.last_attempt, s.failed, s.proven, s.version, f.campaign,
  s.changed, s.lane, (SELECT p.id FROM provider_ids p WHERE p.send = s.key ORDER BY p.attempt DESC LIMIT 1)
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow WHERE s.key = ?1;

-- standings
SELECT s.id, s.state, l.name FROM sends s JOIN lanes l ON l.key = s.lane WHERE s.id = ?1;

-- providerIDsOfSend
SELECT p.attempt, p.id FROM sends s JOIN provider_ids p ON p.send = s.key WHERE s.id = ?1 ORDER BY p.attempt;

-- insertCampaignSends
INSERT INTO campaign_sends (flow, send)
VALUES (?1, ?2)
ON CONFLICT DO NOTHING;

-- deleteCampaignSends
DELETE FROM campaign_sends WHERE send = ?1 AND flow IN (
  SELECT g.key FROM sends s JOIN flows f ON f.key = s.flow
  JOIN flows g ON g.campaign = f.campaign AND g.campaign <> '' AND g.lane = f.lane WHERE s.key = ?1);

-- contentsOfIDs
SELECT s.id, s.state, s.attempt, s.version, s.changed, s.recipient, l.name, f.campaign, f.template, c.content,
  (SELECT p.id FROM provider_ids p WHERE p.send = s.key AND p.attempt = s.attempt LIMIT 1)
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
WHERE s.id = ?1;

-- attemptsUnderWay
SELECT key, attempt FROM sends WHERE key = ?1 AND state = 1;

-- releaseFlows
UPDATE flows SET held_until = 0, hold_reason = NULL WHERE lane = ?1 AND held_until > 0;

-- releaseTemplates
DELETE FROM template_holds WHERE lane = ?1;

-- clock
SELECT boot, at, reached, gap, steady_until FROM clock WHERE key = 1;

-- saveClock
INSERT INTO clock (key, boot, at, reached, gap, steady_until)
VALUES (1, ?1, ?2, ?3, ?4, ?5)
ON CONFLICT (key) DO UPDATE SET boot = excluded.boot, at = excluded.at, reached = excluded.reached,
  gap = excluded.gap, steady_until = excluded.steady_until;

-- pruneHolds
DELETE FROM template_holds WHERE held_until < ?1;
