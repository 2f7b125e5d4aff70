-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- reserveKeys
UPDATE counters SET value = value + :count WHERE name = 'sends' RETURNING value AS last;

-- position
SELECT log, next_offset, before_id, before_offset, doubt_until FROM intake WHERE partition = :partition;

-- savePosition
INSERT INTO intake (partition, log, next_offset, before_id, before_offset)
VALUES (:partition, :log, :next_offset, :before_id, :before_offset)
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = excluded.before_id, before_offset = excluded.before_offset;

-- adopt
INSERT INTO intake (partition, log, next_offset, before_id, before_offset, doubt_until)
VALUES (:partition, :log, :next_offset, NULL, NULL, :doubt_until)
ON CONFLICT (partition) DO UPDATE SET log = excluded.log, next_offset = excluded.next_offset,
  before_id = NULL, before_offset = NULL, doubt_until = excluded.doubt_until;

-- doubt
INSERT INTO intake (partition, log, next_offset, doubt_until) VALUES (:partition, :log, :next_offset, :doubt_until)
ON CONFLICT (partition) DO UPDATE SET doubt_until = excluded.doubt_until;

-- known
/* The hash tells the same request from another one under the same id. */
SELECT s.id, c.hash FROM sends s JOIN contents c ON c.send = s.key WHERE s.id = :id;

-- insertSends
INSERT INTO sends (key, id, lane, flow, recipient, max_attempts, due, expires, changed, history,
  state, attempt, last_attempt, failed, proven, version)
VALUES (:key, :id, :lane, :flow, :recipient, :max_attempts, :due, :expires, :changed, :history,
  0 /* queued */, 1, 1, 0, 0, 1);

-- insertContents
INSERT INTO contents (send, hash, content)
VALUES (:send, :hash, :content);

-- insertReports
INSERT INTO reports (send, report)
VALUES (:send, :report);

-- insertCampaignSends
INSERT INTO campaign_sends (flow, send)
VALUES (:flow, :send)
ON CONFLICT DO NOTHING;

-- expiredUnknown
/* Lanes that no process has ever known the sender of have no provider: nobody claims from them. */
SELECT s.key FROM lanes l JOIN queue q ON q.lane = l.key JOIN sends s ON s.key = q.send
WHERE l.provider = '' AND s.expires <= :now AND s.state = 0 /* queued */ LIMIT 500;

-- addLane
/* Until the settings of a process say whose it is, a lane has neither provider nor account. */
INSERT INTO lanes (name, lane_group, provider, account, address, app, company)
SELECT :name, key, '', '', '', :app, :company FROM lane_groups WHERE name = :group_name
ON CONFLICT (name) DO NOTHING;

-- lane
SELECT key FROM lanes WHERE name = :name;
