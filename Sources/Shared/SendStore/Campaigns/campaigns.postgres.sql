-- A parameter is a column of the batch: one statement takes all its rows.

-- create
INSERT INTO campaigns (id, app, company, name, definition, pace, share, lanes, expiry, expires, starts_at, source,
  created, changed)
SELECT p.id, p.app, p.company, p.name, p.definition, p.pace, p.share, p.lanes, p.expiry, p.expires, p.starts_at,
  p.source, p.at, p.at
FROM unnest(:id::bytea[], :app::text[], :company::text[], :name::text[], :definition::bytea[], :pace::text[],
  :share::bigint[], :lanes::bigint[], :expiry::bigint[], :expires::bigint[], :starts_at::bigint[], :source::bigint[],
  :now::bigint[])
  AS p(id, app, company, name, definition, pace, share, lanes, expiry, expires, starts_at, source, at)
ON CONFLICT (id) DO NOTHING RETURNING key;

-- one
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE id = (:id::bytea[])[1];

-- lock
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE id = (:id::bytea[])[1]
FOR NO KEY UPDATE;

-- byKey
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE key = (:key::bigint[])[1]
FOR NO KEY UPDATE;

-- ofKey
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE key = (:key::bigint[])[1];

-- page
/* A tenant's own, or all where none is named. */
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns
WHERE key < (:before::bigint[])[1]
  AND ((:app::text[])[1] = '' OR (app = (:app::text[])[1] AND company = (:company::text[])[1]))
ORDER BY key DESC LIMIT (:limit::bigint[])[1];

-- open
/* Whatever may still move by itself, or has rows to be swept. */
SELECT key, id, app, company, name, definition, state, cause, reason, load, upload, upload_version, is_loaded,
  wants_start, rows, duplicates, expiry, expires, starts_at, source, source_flow, source_place, swept_load, created,
  started, ended, changed, version
FROM campaigns WHERE state < 5 /* done */ OR swept_load < load ORDER BY key;

-- save
UPDATE campaigns c SET state = p.state, cause = p.cause, reason = p.reason, load = p.load, upload = p.upload,
  is_loaded = p.is_loaded, wants_start = p.wants_start, rows = p.rows, duplicates = p.duplicates, expires = p.expires,
  source_flow = p.source_flow, source_place = p.source_place, swept_load = p.swept_load, started = p.started,
  ended = p.ended, changed = p.changed, version = p.version
FROM unnest(:key::bigint[], :state::bigint[], :cause::text[], :reason::text[], :load::bigint[], :upload::bytea[],
  :is_loaded::bigint[], :wants_start::bigint[], :rows::bigint[], :duplicates::bigint[], :expires::bigint[],
  :source_flow::bigint[], :source_place::bigint[], :swept_load::bigint[], :started::bigint[],
  :ended::bigint[], :changed::bigint[], :version::bigint[])
  AS p(key, state, cause, reason, load, upload, is_loaded, wants_start, rows, duplicates, expires, source_flow,
    source_place, swept_load, started, ended, changed, version)
WHERE c.key = p.key;

-- saveUpload
/* Only over the version that was read, and for the load that is the campaign's. */
UPDATE campaigns SET upload = (:upload::bytea[])[1], upload_version = upload_version + 1
WHERE key = (:key::bigint[])[1] AND load = (:load::bigint[])[1] AND upload_version = (:version::bigint[])[1]
  AND is_loaded = 0 AND state = 0 /* loading */
RETURNING upload_version AS version;

-- addChange
INSERT INTO campaign_changes (campaign, version, state, cause, reason, at)
SELECT * FROM unnest(:campaign::bigint[], :version::bigint[], :state::bigint[], :cause::text[], :reason::text[],
  :at::bigint[]) AS p(campaign, version, state, cause, reason, at)
ON CONFLICT DO NOTHING;

-- changes
SELECT version, state, cause, reason, at FROM campaign_changes
WHERE campaign = (:campaign::bigint[])[1] ORDER BY version;

-- untold
SELECT campaign, version, state, cause, reason, at FROM campaign_changes
WHERE is_told = 0 ORDER BY campaign, version LIMIT (:limit::bigint[])[1];

-- told
UPDATE campaign_changes c SET is_told = 1
FROM unnest(:campaign::bigint[], :version::bigint[]) AS p(k, v) WHERE c.campaign = p.k AND c.version = p.v;

-- addFaults
INSERT INTO campaign_faults (campaign, load, line, number, field, reason, detail)
SELECT * FROM unnest(:campaign::bigint[], :load::bigint[], :line::bigint[], :number::bigint[], :field::text[],
  :reason::text[], :detail::text[]) AS p(campaign, load, line, number, field, reason, detail)
ON CONFLICT DO NOTHING RETURNING line;

-- faults
SELECT line, number, field, reason, detail FROM campaign_faults
WHERE campaign = (:campaign::bigint[])[1] AND load = (:load::bigint[])[1]
  AND (line, number) > ((:line::bigint[])[1], (:number::bigint[])[1])
  AND CASE WHEN (:reason::text[])[1] = '' THEN reason <> 'held-out' ELSE reason = (:reason::text[])[1] END
ORDER BY line, number LIMIT (:limit::bigint[])[1];

-- insertSends
/* Without history, and of version 0: what is told of a row begins with its first claim. */
INSERT INTO sends (key, id, lane, flow, recipient, max_attempts, due, expires, changed,
  state, attempt, last_attempt, failed, proven, version)
SELECT p.*, 0 /* queued */, 1, 1, 0, 0, 0 FROM unnest(:key::bigint[], :id::bytea[], :lane::bigint[], :flow::bigint[],
  :recipient::text[], :max_attempts::bigint[], :due::bigint[], :expires::bigint[], :changed::bigint[])
  AS p(key, id, lane, flow, recipient, max_attempts, due, expires, changed);

-- flows
SELECT key, lane, load, waiting FROM flows WHERE campaign_key = (:campaign::bigint[])[1] ORDER BY key;

-- groups
SELECT DISTINCT l.lane_group FROM flows f JOIN lanes l ON l.key = f.lane
WHERE f.campaign_key = (:campaign::bigint[])[1] ORDER BY l.lane_group;

-- waiting
SELECT CAST(coalesce(sum(waiting), 0) AS bigint) AS count FROM flows
WHERE campaign_key = (:campaign::bigint[])[1] AND load = (:load::bigint[])[1] AND waiting > 0;

-- holds
/* What of it is kept back for its template, or for all that its lane sends by templates. */
SELECT template, max(held_until) AS until, max(hold_reason) AS reason, CAST(sum(waiting) AS bigint) AS waiting
FROM flows WHERE campaign_key = (:campaign::bigint[])[1] AND load = (:load::bigint[])[1] AND waiting > 0
  AND held_until > (:now::bigint[])[1]
GROUP BY template ORDER BY template;

-- underWay
SELECT count(*) AS count FROM intents i JOIN sends s ON s.key = i.send JOIN flows f ON f.key = s.flow
WHERE f.campaign_key = (:campaign::bigint[])[1];

-- join
/* It begins where the least served of its lane stands: what it waited before gains it nothing. */
INSERT INTO campaign_lanes (campaign, lane, served)
SELECT (:campaign::bigint[])[1], l.key, coalesce((SELECT min(t.served) FROM (
    SELECT g.served FROM flows g WHERE g.lane = l.key AND g.waiting > 0 AND g.campaign_key = 0
    UNION ALL SELECT p.served FROM campaign_lanes p JOIN campaigns c ON c.key = p.campaign
    WHERE p.lane = l.key AND p.campaign <> (:campaign::bigint[])[1]
      AND c.state IN (2 /* running */, 4 /* finishing */)
      AND EXISTS (SELECT 1 FROM flows w WHERE w.lane = p.lane AND w.campaign_key = p.campaign AND w.waiting > 0)) t), 0)
FROM lanes l WHERE l.key IN (SELECT lane FROM flows WHERE campaign_key = (:campaign::bigint[])[1])
ON CONFLICT (campaign, lane) DO UPDATE SET served = greatest(campaign_lanes.served, excluded.served);

-- serve
INSERT INTO campaign_lanes (campaign, lane, served, paid_back, taken)
SELECT p.campaign, p.lane, p.n, p.paid_back, p.n
FROM unnest(:campaign::bigint[], :lane::bigint[], :count::bigint[], :paid_back::bigint[])
  AS p(campaign, lane, n, paid_back)
ON CONFLICT (campaign, lane) DO UPDATE SET served = campaign_lanes.served + excluded.served,
  taken = campaign_lanes.taken + excluded.taken, paid_back = excluded.paid_back;

-- stopped
SELECT key FROM campaigns WHERE key = ANY(:campaign::bigint[]) AND state NOT IN (2 /* running */, 4 /* finishing */);

-- count
INSERT INTO campaign_counts (campaign, lane, template, segment, state, code, count)
SELECT * FROM unnest(:campaign::bigint[], :lane::bigint[], :template::text[], :segment::bigint[], :state::bigint[],
  :code::text[], :count::bigint[]) AS p(campaign, lane, template, segment, state, code, count)
ON CONFLICT (campaign, lane, template, segment, state, code) DO UPDATE
SET count = campaign_counts.count + excluded.count;

-- tally
SELECT l.name AS sender, n.template, n.segment, n.state, n.code, n.count FROM campaign_counts n
JOIN lanes l ON l.key = n.lane WHERE n.campaign = (:campaign::bigint[])[1] AND n.count <> 0
ORDER BY l.name, n.template, n.segment, n.state, n.code;

-- queued
/* In their places in the queue, of one flow. */
SELECT due, send FROM queue WHERE lane = (:lane::bigint[])[1] AND flow = (:flow::bigint[])[1]
ORDER BY due, send LIMIT (:limit::bigint[])[1];

-- endUnclaimed
UPDATE sends SET state = 10 /* canceled */, changed = p.at
FROM unnest(:send::bigint[], :now::bigint[]) AS p(k, at) WHERE sends.key = p.k AND version = 0;

-- forgetRows
DELETE FROM sends WHERE key = ANY(:send::bigint[]) AND version = 0;

-- forgetContents
DELETE FROM contents WHERE send = ANY(:send::bigint[]);

-- forgetCampaignSends
DELETE FROM campaign_sends c USING unnest(:flow::bigint[], :send::bigint[]) AS p(f, s)
WHERE c.flow = p.f AND c.send = p.s;

-- sourceRows
/* In the order in which they were taken in, with why each ended. */
SELECT s.key AS send, s.recipient, s.state, c.content, f.template, l.name AS sender, s.max_attempts,
  (SELECT h.code FROM history h WHERE h.send = s.key ORDER BY h.version DESC LIMIT 1) AS code
FROM campaign_sends n JOIN sends s ON s.key = n.send JOIN contents c ON c.send = s.key JOIN flows f ON f.key = s.flow
JOIN lanes l ON l.key = s.lane
WHERE n.flow = (:flow::bigint[])[1] AND n.send > (:after::bigint[])[1] ORDER BY n.send LIMIT (:limit::bigint[])[1];

-- pruneChanges
DELETE FROM campaign_changes WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneFaults
DELETE FROM campaign_faults WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneCounts
DELETE FROM campaign_counts WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- pruneLanes
DELETE FROM campaign_lanes WHERE campaign IN (SELECT key FROM campaigns c WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = c.key));

-- prune
/* Last, once nothing of it is left. */
DELETE FROM campaigns WHERE ended < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows f WHERE f.campaign_key = campaigns.key);
