-- A parameter is a column of the batch: one statement takes all its rows.

-- add
/* A flow that comes to be while its template or its campaign is held begins held. */
INSERT INTO flows (lane, priority, campaign, template, kind, held_until, hold_reason)
SELECT p.lane, p.priority, p.campaign, p.template, p.kind,
  greatest(max(f.held_until), max(h.held_until), 0), coalesce(max(f.hold_reason), max(h.reason))
FROM unnest(:lane::bigint[], :priority::bigint[], :campaign::text[], :template::text[], :kind::bigint[])
  AS p(lane, priority, campaign, template, kind)
LEFT JOIN flows f ON f.lane = p.lane
  AND ((f.template = p.template AND p.template <> '') OR (f.campaign = p.campaign AND p.campaign <> ''))
LEFT JOIN template_holds h ON h.lane = p.lane
  AND (h.template = p.template OR (h.template = '*' || chr(31) || '*' AND p.template <> '')
    OR h.template || chr(31) = substr(p.template, 1, length(h.template) + 1))
GROUP BY p.lane, p.priority, p.campaign, p.template, p.kind
ON CONFLICT (lane, priority, campaign, template, kind) DO NOTHING;

-- find
SELECT key FROM flows JOIN unnest(:lane::bigint[], :priority::bigint[], :campaign::text[], :template::text[],
  :kind::bigint[]) AS p(lane, priority, campaign, template, kind) USING (lane, priority, campaign, template, kind);

-- waiting
/* Kind 1 has what waits for a slot of a new recipient: it was due before the others of its flow. */
SELECT key, priority, campaign, template, kind, held_until
FROM flows WHERE lane = ANY(:lane::bigint[]) AND waiting > 0 ORDER BY priority DESC, kind DESC, served, key;

-- addWaiting
/* A flow that was empty joins where the least served of its lane stands: idle time gains it nothing. */
UPDATE flows SET waiting = waiting + p.n, served = CASE WHEN waiting > 0 THEN served
  ELSE greatest(served, coalesce((SELECT min(g.served) FROM flows g WHERE g.lane = flows.lane
    AND g.waiting > 0), 0)) END
FROM unnest(:flow::bigint[], :count::bigint[]) AS p(k, n) WHERE key = p.k RETURNING key;

-- serve
UPDATE flows SET waiting = waiting - p.n, served = served + p.n
FROM unnest(:flow::bigint[], :count::bigint[]) AS p(k, n) WHERE key = p.k;

-- prune
/* Where no send of the campaign is left in the lane, neither waiting nor in what a search shows. */
DELETE FROM flows f WHERE campaign <> '' AND waiting = 0 AND held_until < (:before::bigint[])[1]
  AND NOT EXISTS (SELECT 1 FROM flows g JOIN campaign_sends c ON c.flow = g.key
    WHERE g.lane = f.lane AND g.campaign = f.campaign);

-- pruneHolds
DELETE FROM template_holds WHERE held_until < (:before::bigint[])[1];

-- saveTemplateHold
/* For flows that come to be meanwhile. The longer hold stays. */
INSERT INTO template_holds (lane, template, held_until, reason)
SELECT * FROM unnest(:lane::bigint[], :template::text[], :until::bigint[], :reason::text[])
  AS p(lane, template, held_until, reason)
ON CONFLICT (lane, template) DO UPDATE SET held_until = excluded.held_until, reason = excluded.reason
WHERE template_holds.held_until < excluded.held_until;

-- holdTemplate
/* A template's key is its name, or name, U+001F, language, and the name alone stands for every language. * U+001F *
   stands for every template, and an empty key for what is none. A hold that is longer stays. */
UPDATE flows SET held_until = p.until, hold_reason = p.reason
FROM unnest(:lane::bigint[], :template::text[], :until::bigint[], :reason::text[]) AS p(lane, template, until, reason)
WHERE flows.lane = p.lane AND held_until < p.until
  AND (flows.template = p.template OR (p.template = '*' || chr(31) || '*' AND flows.template <> '')
    OR flows.template || chr(31) = substr(p.template, 1, length(flows.template) + 1)
    OR substr(flows.template, 1, length(p.template) + 1) = p.template || chr(31));

-- releaseTemplate
UPDATE flows SET held_until = 0, hold_reason = NULL
FROM unnest(:lane::bigint[], :template::text[]) AS p(lane, template)
WHERE flows.lane = p.lane AND held_until > 0
  AND (flows.template = p.template OR (p.template = '*' || chr(31) || '*' AND flows.template <> '')
    OR flows.template || chr(31) = substr(p.template, 1, length(flows.template) + 1)
    OR substr(flows.template, 1, length(p.template) + 1) = p.template || chr(31));

-- forgetTemplateHold
DELETE FROM template_holds h USING unnest(:lane::bigint[], :template::text[]) AS p(lane, template)
WHERE h.lane = p.lane
  AND (h.template = p.template OR h.template || chr(31) = substr(p.template, 1, length(h.template) + 1)
    OR substr(h.template, 1, length(p.template) + 1) = p.template || chr(31));

-- holdAgain
/* What the end of one hold has let go, and another one still holds. */
UPDATE flows SET (held_until, hold_reason) = (SELECT h.held_until, h.reason FROM template_holds h
  WHERE h.lane = flows.lane
    AND (h.template = flows.template OR (h.template = '*' || chr(31) || '*' AND flows.template <> '')
      OR h.template || chr(31) = substr(flows.template, 1, length(h.template) + 1)
      OR flows.template || chr(31) = substr(h.template, 1, length(flows.template) + 1))
  ORDER BY h.held_until DESC LIMIT 1)
WHERE lane = ANY(:lane::bigint[]) AND EXISTS (SELECT 1 FROM template_holds h
  WHERE h.lane = flows.lane AND h.held_until > flows.held_until
    AND (h.template = flows.template OR (h.template = '*' || chr(31) || '*' AND flows.template <> '')
      OR h.template || chr(31) = substr(flows.template, 1, length(h.template) + 1)
      OR flows.template || chr(31) = substr(h.template, 1, length(flows.template) + 1)));

-- holdCampaign
UPDATE flows SET held_until = p.until, hold_reason = p.reason
FROM unnest(:lane::bigint[], :campaign::text[], :until::bigint[], :reason::text[]) AS p(lane, campaign, until, reason)
WHERE flows.lane = p.lane AND flows.campaign = p.campaign AND held_until < p.until;

-- release
UPDATE flows SET held_until = 0, hold_reason = NULL WHERE lane = ANY(:lane::bigint[]) AND held_until > 0;

-- forgetHolds
DELETE FROM template_holds WHERE lane = ANY(:lane::bigint[]);

-- templates
SELECT key, template FROM flows WHERE key = ANY(:flow::bigint[]);

-- ofCampaign
SELECT key, lane FROM flows WHERE campaign = (:campaign::text[])[1] AND campaign <> '' ORDER BY key;

-- ofTemplate
/* How many wait for one template, in each lane that has any. */
SELECT f.lane, sum(f.waiting)::bigint AS waiting FROM flows f
JOIN unnest(:lane::bigint[], :template::text[]) AS p(lane, template) ON f.lane = p.lane
WHERE f.waiting > 0 AND (f.template = p.template OR f.template || chr(31) = left(p.template, length(f.template) + 1)
    OR left(f.template, length(p.template) + 1) = p.template || chr(31))
  AND f.template <> ''
GROUP BY f.lane ORDER BY f.lane;
