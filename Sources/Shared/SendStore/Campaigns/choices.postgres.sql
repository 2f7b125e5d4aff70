-- A parameter is a column of the batch: one statement takes all its rows.

-- keep
INSERT INTO choices (flow, send, variant, content)
SELECT * FROM unnest(:flow::bigint[], :send::bigint[], :variant::bigint[], :content::bytea[]) ON CONFLICT DO NOTHING;

-- flows
/* What waits for the best message. */
SELECT key, lane, kind, waiting FROM flows
WHERE campaign_key = (:campaign::bigint[])[1] AND load = (:load::bigint[])[1] AND (kind >> 41) & 255 = 128
ORDER BY key;

-- open
SELECT DISTINCT send FROM choices WHERE flow = (:flow::bigint[])[1] ORDER BY send LIMIT (:limit::bigint[])[1];

-- of
/* All that these sends may say, in order. */
SELECT send, variant, content FROM choices
WHERE flow = (:flow::bigint[])[1] AND send BETWEEN (:first::bigint[])[1] AND (:last::bigint[])[1]
ORDER BY send, variant;

-- choose
/* The first message stands there already. */
UPDATE contents SET content = h.content
FROM unnest(:flow::bigint[], :send::bigint[], :variant::bigint[]) AS p(f, s, v), choices h
WHERE contents.send = p.s AND p.v > 1 AND h.flow = p.f AND h.send = p.s AND h.variant = p.v;

-- forget
DELETE FROM choices USING unnest(:flow::bigint[], :send::bigint[]) AS p(f, s) WHERE flow = p.f AND send = p.s;

-- settle
/* What was held as it had no template is held no more. */
UPDATE flows SET kind = p.k, template = p.t, held_until = CASE WHEN EXISTS (SELECT 1 FROM template_holds h
  WHERE h.lane = flows.lane AND h.template = '' AND h.held_until = flows.held_until) THEN 0 ELSE held_until END
FROM unnest(:flow::bigint[], :kind::bigint[], :template::text[]) AS p(f, k, t) WHERE key = p.f;

-- test
UPDATE campaign_care SET is_test = 1 WHERE campaign = (:campaign::bigint[])[1];

-- tested
UPDATE campaign_care SET tested = (:at::bigint[])[1] WHERE campaign = (:campaign::bigint[])[1] AND tested IS NULL;

-- win
/* The first word stands. */
UPDATE campaign_care SET winner = (:variant::bigint[])[1], winner_at = (:at::bigint[])[1],
  winner_reason = (:reason::text[])[1]
WHERE campaign = (:campaign::bigint[])[1] AND is_test = 1 AND winner IS NULL RETURNING campaign;

-- one
SELECT is_test, tested, winner, winner_at, winner_reason FROM campaign_care WHERE campaign = (:campaign::bigint[])[1];
