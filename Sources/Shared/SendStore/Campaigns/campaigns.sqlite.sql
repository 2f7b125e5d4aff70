-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- create
INSERT INTO campaigns (id, app, company, name, definition, pace, share, lanes, expiry, expires, starts_at, source,
  created, changed)
VALUES (:id, :app, :company, :name, :definition, :pace, :share, :lanes, :expiry, :expires, :starts_at, :source,
  :now, :now)
ON CONFLICT (id) DO NOTHING RETURNING key;

-- one
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE id = :id;

-- lock
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE id = :id;

-- byKey
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE key = :key;

-- ofKey
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE key = :key;

-- page
/* A tenant's own, or all where none is named. */
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE key < :before AND (:app = '' OR (app = :app AND company = :company))
ORDER BY key DESC LIMIT :limit;

-- open
/* Whatever may still move by itself, or has rows to be swept. */
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE state < 5 /* done */ OR swept_load < load ORDER BY key;

-- save
UPDATE campaigns SET state = :state, cause = :cause, reason = :reason, load = :load, upload = :upload,
  is_loaded = :is_loaded, wants_start = :wants_start, rows = :rows, duplicates = :duplicates, expires = :expires,
  source_flow = :source_flow, source_place = :source_place, swept_load = :swept_load, started = :started,
  ended = :ended, changed = :changed, version = :version
WHERE key = :key;

-- saveUpload
/* Only over the version that was read, and for the load that is the campaign's. */
UPDATE campaigns SET upload = :upload, upload_version = upload_version + 1
WHERE key = :key AND load = :load AND upload_version = :version AND is_loaded = 0 AND state = 0 /* loading */
RETURNING upload_version AS version;

-- addChange
INSERT INTO campaign_changes (campaign, version, state, cause, reason, at)
VALUES (:campaign, :version, :state, :cause, :reason, :at) ON CONFLICT DO NOTHING;

-- changes
SELECT version, state, cause, reason, at FROM campaign_changes WHERE campaign = :campaign ORDER BY version;

-- untold
SELECT campaign, version, state, cause, reason, at FROM campaign_changes
WHERE is_told = 0 ORDER BY campaign, version LIMIT :limit;

-- told
UPDATE campaign_changes SET is_told = 1 WHERE campaign = :campaign AND version = :version;

-- addFaults
INSERT INTO campaign_faults (campaign, load, line, number, field, reason, detail)
VALUES (:campaign, :load, :line, :number, :field, :reason, :detail)
ON CONFLICT DO NOTHING RETURNING line;

-- faults
SELECT line, number, field, reason, detail FROM campaign_faults
WHERE campaign = :campaign AND load = :load AND (line, number) > (:line, :number)
  AND CASE WHEN :reason = '' THEN reason <> 'held-out' ELSE reason = :reason END
ORDER BY line, number LIMIT :limit;

-- insertSends
/* Without history, and of version 0: what is told of a row begins with its first claim. */
INSERT INTO sends (key, id, lane, flow, recipient, max_attempts, due, expires, changed,
  state, attempt, last_attempt, failed, proven, version)
VALUES (:key, :id, :lane, :flow, :recipient, :max_attempts, :due, :expires, :changed,
  0 /* queued */, 1, 1, 0, 0, 0);

-- flows
SELECT key, lane, load, waiting FROM flows WHERE campaign_key = :campaign ORDER BY key;

-- groups
SELECT DISTINCT l.lane_group FROM flows f JOIN lanes l ON l.key = f.lane
WHERE f.campaign_key = :campaign ORDER BY l.lane_group;

-- waiting
SELECT CAST(coalesce(sum(waiting), 0) AS bigint) AS count FROM flows
WHERE campaign_key = :campaign AND load = :load AND waiting > 0;

-- holds
/* What of it is kept back for its template, or for all that its lane sends by templates. */
SELECT template, max(held_until) AS until, max(hold_reason) AS reason, CAST(sum(waiting) AS bigint) AS waiting
FROM flows WHERE campaign_key = :campaign AND load = :load AND waiting > 0 AND held_until > :now
GROUP BY template ORDER BY template;

-- underWay
SELECT count(*) AS count FROM intents i JOIN sends s ON s.key = i.send JOIN flows f ON f.key = s.flow
WHERE f.campaign_key = :campaign;

-- join
/* It begins where the least served of its lane stands: what it waited before gains it nothing. */
INSERT INTO campaign_lanes (campaign, lane, served)
SELECT :campaign, l.key, coalesce((SELECT min(t.served) FROM (
    SELECT g.served FROM flows g WHERE g.lane = l.key AND g.waiting > 0 AND g.campaign_key = 0
    UNION ALL SELECT p.served FROM campaign_lanes p JOIN campaigns c ON c.key = p.campaign
    WHERE p.lane = l.key AND p.campaign <> :campaign AND c.state IN (2 /* running */, 4 /* finishing */)
      AND EXISTS (SELECT 1 FROM flows w WHERE w.lane = p.lane AND w.campaign_key = p.campaign AND w.waiting > 0)) t), 0)
FROM lanes l WHERE l.key IN (SELECT lane FROM flows WHERE campaign_key = :campaign)
ON CONFLICT (campaign, lane) DO UPDATE SET served = max(campaign_lanes.served, excluded.served);

-- serve
INSERT INTO campaign_lanes (campaign, lane, served, paid_back, taken)
VALUES (:campaign, :lane, :count, :paid_back, :count)
ON CONFLICT (campaign, lane) DO UPDATE SET served = campaign_lanes.served + excluded.served,
  taken = campaign_lanes.taken + excluded.taken, paid_back = excluded.paid_back;

-- stopped
SELECT key FROM campaigns WHERE key = :campaign AND state NOT IN (2 /* running */, 4 /* finishing */);

-- count
INSERT INTO campaign_counts (campaign, lane, template, segment, state, code, count)
VALUES (:campaign, :lane, :template, :segment, :state, :code, :count)
ON CONFLICT (campaign, lane, template, segment, state, code) DO UPDATE
SET count = campaign_counts.count + excluded.count;

-- tally
SELECT l.name AS sender, n.template, n.segment, n.state, n.code, n.count FROM campaign_counts n
JOIN lanes l ON l.key = n.lane WHERE n.campaign = :campaign AND n.count <> 0
ORDER BY l.name, n.template, n.segment, n.state, n.code;

-- queued
/* In their places in the queue, of one flow. */
SELECT due, send FROM queue WHERE lane = :lane AND flow = :flow ORDER BY due, send LIMIT :limit;

-- endUnclaimed
UPDATE sends SET state = 10 /* canceled */, changed = :now WHERE key = :send AND version = 0;

-- forgetRows
DELETE FROM sends WHERE key = :send AND version = 0;

-- forgetContents
DELETE FROM contents WHERE send = :send;

-- forgetCampaignSends
DELETE FROM campaign_sends WHERE flow = :flow AND send = :send;

-- sourceRows
/* In the order in which they were taken in, with why each ended. */
SELECT s.key AS send, s.recipient, s.state, c.content, f.template, l.name AS sender, s.max_attempts,
  (SELECT h.code FROM history h WHERE h.send = s.key ORDER BY h.version DESC LIMIT 1) AS code
FROM campaign_sends n JOIN sends s ON s.key = n.send JOIN contents c ON c.send = s.key JOIN flows f ON f.key = s.flow
JOIN lanes l ON l.key = s.lane
WHERE n.flow = :flow AND n.send > :after ORDER BY n.send LIMIT :limit;

-- pruneChanges
DELETE FROM campaign_changes WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneFaults
DELETE FROM campaign_faults WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneCounts
DELETE FROM campaign_counts WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneLanes
DELETE FROM campaign_lanes WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- prune
/* Last, once nothing of it is left. */
DELETE FROM campaigns WHERE ended < :before
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = campaigns.key);
