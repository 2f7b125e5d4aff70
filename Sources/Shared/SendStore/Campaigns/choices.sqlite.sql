-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- keep
INSERT INTO choices (flow, send, variant, content) VALUES (:flow, :send, :variant, :content) ON CONFLICT DO NOTHING;

-- flows
/* What waits for the best message. */
SELECT key, lane, kind, waiting FROM flows
WHERE campaign_key = :campaign AND load = :load AND (kind >> 41) & 255 = 128 ORDER BY key;

-- open
SELECT DISTINCT send FROM choices WHERE flow = :flow ORDER BY send LIMIT :limit;

-- of
/* All that these sends may say, in order. */
SELECT send, variant, content FROM choices WHERE flow = :flow AND send BETWEEN :first AND :last ORDER BY send, variant;

-- choose
/* The first message stands there already. */
UPDATE contents SET content = (SELECT h.content FROM choices h
  WHERE h.flow = :flow AND h.send = :send AND h.variant = :variant)
WHERE send = :send AND :variant > 1
  AND EXISTS (SELECT 1 FROM choices h WHERE h.flow = :flow AND h.send = :send AND h.variant = :variant);

-- forget
DELETE FROM choices WHERE flow = :flow AND send = :send;

-- settle
/* What was held as it had no template is held no more. */
UPDATE flows SET kind = :kind, template = :template, held_until = CASE WHEN EXISTS (SELECT 1 FROM template_holds h
  WHERE h.lane = flows.lane AND h.template = '' AND h.held_until = flows.held_until) THEN 0 ELSE held_until END
WHERE key = :flow;

-- test
UPDATE campaign_care SET is_test = 1 WHERE campaign = :campaign;

-- tested
UPDATE campaign_care SET tested = :at WHERE campaign = :campaign AND tested IS NULL;

-- win
/* The first word stands. */
UPDATE campaign_care SET winner = :variant, winner_at = :at, winner_reason = :reason
WHERE campaign = :campaign AND is_test = 1 AND winner IS NULL RETURNING campaign;

-- one
SELECT is_test, tested, winner, winner_at, winner_reason FROM campaign_care WHERE campaign = :campaign;
