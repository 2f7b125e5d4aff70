-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- add
/* A flow that comes to be while its template or its campaign is held begins held. */
INSERT INTO flows (lane, priority, campaign, template, kind, campaign_key, load, place, held_until,
  hold_reason)
SELECT :lane, :priority, :campaign, :template, :kind, :campaign_key, :load, :place,
  max(coalesce(max(f.held_until), 0),
    coalesce((SELECT max(h.held_until) FROM template_holds h WHERE h.lane = :lane
      AND (h.template = :template OR (h.template = '*' || char(31) || '*' AND :template <> '')
        OR h.template || char(31) = substr(:template, 1, length(h.template) + 1))), 0)),
  coalesce(max(f.hold_reason), (SELECT max(h.reason) FROM template_holds h WHERE h.lane = :lane
    AND (h.template = :template OR (h.template = '*' || char(31) || '*' AND :template <> '')
      OR h.template || char(31) = substr(:template, 1, length(h.template) + 1))))
FROM flows f WHERE f.lane = :lane AND ((f.template = :template AND :template <> '') OR (f.campaign = :campaign
  AND :campaign <> ''))
ON CONFLICT (lane, priority, campaign, template, kind) DO NOTHING;

-- find
SELECT key FROM flows WHERE lane = :lane AND priority = :priority AND campaign = :campaign AND template = :template
  AND kind = :kind;

-- waiting
/* Odd kinds have what waits for a slot of a new recipient: it was due before the others of its flow. Those of a
   campaign are there only while it runs. */
SELECT f.key, f.priority, f.campaign, f.template, f.kind, f.held_until, f.served, f.campaign_key, c.pace, c.share,
  c.lanes, c.expires, p.served AS campaign_served, p.paid_back, f.place, o.open_from, o.open_until, o.price,
  p.allowance, p.taken, k.needs_sight, k.seen_until, k.is_marketing, k.cap, k.cap_span, k.ceiling, k.day_ceiling,
  c.app, c.company,
  (SELECT max(t.until) FROM campaign_stops t WHERE t.campaign = f.campaign_key AND t.lane = f.lane
    AND t.place = f.place AND (t.template = f.template
      OR substr(f.template, 1, length(t.template) + 1) = t.template || char(31))) AS stopped_until
FROM flows f LEFT JOIN campaigns c ON c.key = f.campaign_key
LEFT JOIN campaign_lanes p ON p.campaign = f.campaign_key AND p.lane = f.lane
LEFT JOIN campaign_places o ON o.campaign = f.campaign_key AND o.number = f.place
LEFT JOIN campaign_care k ON k.campaign = f.campaign_key
WHERE f.lane = :lane AND f.waiting > 0 AND (f.campaign_key = 0
  OR (c.state IN (2 /* running */, 4 /* finishing */) AND c.load = f.load))
  AND (f.kind >> 41) & 255 <> 128 /* waits for the best message */
ORDER BY f.priority DESC, f.kind & 1 DESC, f.served, f.key;

-- addWaiting
/* A flow that was empty joins where the least served of its lane stands: idle time gains it nothing. A campaign takes
   its turns as a whole. */
UPDATE flows SET waiting = waiting + :count, served = CASE WHEN waiting > 0 THEN served
  ELSE max(served, coalesce((SELECT min(t.served) FROM (
    SELECT g.served FROM flows g WHERE g.lane = flows.lane AND g.waiting > 0 AND g.campaign_key = 0
    UNION ALL SELECT p.served FROM campaign_lanes p JOIN campaigns c ON c.key = p.campaign
    WHERE p.lane = flows.lane AND c.state IN (2 /* running */, 4 /* finishing */)
      AND EXISTS (SELECT 1 FROM flows w WHERE w.lane = p.lane AND w.campaign_key = p.campaign AND w.waiting > 0)) t),
  0)) END
WHERE key = :flow RETURNING key;

-- serve
UPDATE flows SET waiting = waiting - :count, served = served + :count WHERE key = :flow;

-- prune
/* Where no send of the campaign is left in the lane, neither waiting nor in what a search shows. */
DELETE FROM flows WHERE campaign <> '' AND waiting = 0 AND held_until < :before
  AND NOT EXISTS (SELECT 1 FROM flows g JOIN campaign_sends c ON c.flow = g.key
    WHERE g.lane = flows.lane AND g.campaign = flows.campaign);

-- pruneHolds
DELETE FROM template_holds WHERE held_until < :before;

-- saveTemplateHold
/* For flows that come to be meanwhile. The longer hold stays. */
INSERT INTO template_holds (lane, template, held_until, reason)
VALUES (:lane, :template, :until, :reason)
ON CONFLICT (lane, template) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason
WHERE template_holds.held_until < excluded.held_until;

-- holdTemplate
/* A template's key is its name, or name, U+001F, language, and the name alone stands for every language. * U+001F *
   stands for every template, and an empty key for what is none. A hold that is longer stays. */
UPDATE flows SET held_until = :until, hold_reason = :reason
WHERE lane = :lane AND held_until < :until
  AND (template = :template OR (:template = '*' || char(31) || '*' AND template <> '')
    OR template || char(31) = substr(:template, 1, length(template) + 1)
    OR substr(template, 1, length(:template) + 1) = :template || char(31));

-- releaseTemplate
UPDATE flows SET held_until = 0, hold_reason = NULL
WHERE lane = :lane AND held_until > 0
  AND (template = :template OR (:template = '*' || char(31) || '*' AND template <> '')
    OR template || char(31) = substr(:template, 1, length(template) + 1)
    OR substr(template, 1, length(:template) + 1) = :template || char(31));

-- forgetTemplateHold
DELETE FROM template_holds
WHERE lane = :lane
  AND (template = :template OR template || char(31) = substr(:template, 1, length(template) + 1)
    OR substr(template, 1, length(:template) + 1) = :template || char(31));

-- holdAgain
/* What the end of one hold has let go, and another one still holds. */
UPDATE flows SET (held_until, hold_reason) = (SELECT h.held_until, h.reason FROM template_holds h
  WHERE h.lane = flows.lane
    AND (h.template = flows.template OR (h.template = '*' || char(31) || '*' AND flows.template <> '')
      OR h.template || char(31) = substr(flows.template, 1, length(h.template) + 1)
      OR flows.template || char(31) = substr(h.template, 1, length(flows.template) + 1))
  ORDER BY h.held_until DESC LIMIT 1)
WHERE lane = :lane AND EXISTS (SELECT 1 FROM template_holds h
  WHERE h.lane = flows.lane AND h.held_until > flows.held_until
    AND (h.template = flows.template OR (h.template = '*' || char(31) || '*' AND flows.template <> '')
      OR h.template || char(31) = substr(flows.template, 1, length(h.template) + 1)
      OR flows.template || char(31) = substr(h.template, 1, length(flows.template) + 1)));

-- holdCampaign
UPDATE flows SET held_until = :until, hold_reason = :reason
WHERE lane = :lane AND campaign = :campaign AND held_until < :until;

-- release
UPDATE flows SET held_until = 0, hold_reason = NULL WHERE lane = :lane AND held_until > 0;

-- forgetHolds
DELETE FROM template_holds WHERE lane = :lane;

-- templates
SELECT key, template FROM flows WHERE key = :flow;

-- ofCampaign
SELECT key, lane FROM flows WHERE campaign = :campaign AND campaign <> '' ORDER BY key;

-- ofTemplate
/* How many wait for one template, in each lane that has any. */
SELECT lane, sum(waiting) AS waiting FROM flows
WHERE lane = :lane AND waiting > 0 AND template <> ''
  AND (template = :template OR template || char(31) = substr(:template, 1, length(template) + 1)
    OR substr(template, 1, length(:template) + 1) = :template || char(31))
GROUP BY lane;
