-- A parameter is a column of the batch: one statement takes all its rows.

-- reserveKeys
UPDATE counters SET value = value + (:count::bigint[])[1] WHERE name = 'sends' RETURNING value AS last;

-- position
SELECT log, next_offset, before_id, before_offset, doubt_until FROM intake
WHERE partition = ANY(:partition::bigint[]) FOR UPDATE;

-- savePosition
INSERT INTO intake (partition, log, next_offset, before_id, before_offset)
SELECT * FROM unnest(:partition::bigint[], :log::text[], :next_offset::bigint[], :before_id::text[],
  :before_offset::bigint[])
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = excluded.before_id, before_offset = excluded.before_offset;

-- adopt
INSERT INTO intake (partition, log, next_offset, doubt_until)
SELECT * FROM unnest(:partition::bigint[], :log::text[], :next_offset::bigint[], :doubt_until::bigint[])
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = NULL, before_offset = NULL, doubt_until = excluded.doubt_until;

-- doubt
INSERT INTO intake (partition, log, next_offset, doubt_until)
SELECT * FROM unnest(:partition::bigint[], :log::text[], :next_offset::bigint[], :doubt_until::bigint[])
  AS p(k, l, o, d)
ON CONFLICT (partition) DO UPDATE SET doubt_until = excluded.doubt_until;

-- known
/* The hash tells the same request from another one under the same id. */
SELECT s.id, s.hash FROM unnest(:id::bytea[]) AS p(wanted)
CROSS JOIN LATERAL (
  SELECT s.id, c.hash FROM sends s JOIN contents c ON c.send = s.key WHERE s.id = p.wanted OFFSET 0) s;

-- insertSends
INSERT INTO sends (key, id, lane, flow, recipient, max_attempts, due, expires, changed, history,
  state, attempt, last_attempt, failed, proven, version)
SELECT p.*, 0 /* queued */, 1, 1, 0, 0, 1 FROM unnest(:key::bigint[], :id::bytea[], :lane::bigint[], :flow::bigint[],
  :recipient::text[], :max_attempts::bigint[], :due::bigint[], :expires::bigint[], :changed::bigint[],
  :history::bytea[])
  AS p(key, id, lane, flow, recipient, max_attempts, due, expires, changed, history);

-- insertContents
INSERT INTO contents (send, hash, content)
SELECT * FROM unnest(:send::bigint[], :hash::bytea[], :content::bytea[]) AS p(send, hash, content);

-- insertReports
INSERT INTO reports (send, report)
SELECT * FROM unnest(:send::bigint[], :report::bytea[]) AS p(send, report);

-- insertCampaignSends
INSERT INTO campaign_sends (flow, send)
SELECT * FROM unnest(:flow::bigint[], :send::bigint[]) AS p(flow, send)
ON CONFLICT DO NOTHING;

-- expiredUnknown
/* Lanes that no process has ever known the sender of have no provider: nobody claims from them. */
SELECT s.key FROM lanes l JOIN queue q ON q.lane = l.key JOIN sends s ON s.key = q.send
WHERE l.provider = '' AND s.expires <= (:now::bigint[])[1] AND s.state = 0 /* queued */ LIMIT 500;

-- addLane
/* Until the settings of a process say whose it is, a lane has neither provider nor account. */
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
SELECT (:name::text[])[1], key, '', '', '', (:app::text[])[1], (:company::text[])[1]
FROM lane_groups WHERE name = (:group_name::text[])[1]
ON CONFLICT (name) DO NOTHING;

-- lane
SELECT key FROM lanes WHERE name = ANY(:name::text[]);
