-- A parameter is a column of the batch: one statement takes all its rows.

-- oldSends
/* Those that are queued, under way or in doubt are kept, however old. */
SELECT key FROM sends
WHERE key > (:after::bigint[])[1] AND changed < (:before::bigint[])[1] AND state >= 3 /* accepted */
ORDER BY key LIMIT (:limit::bigint[])[1];

-- deleteCampaignSends
/* By the flow of the send, so before the send. */
DELETE FROM campaign_sends c USING sends s, flows f, flows g
WHERE s.key = ANY(:send::bigint[]) AND f.key = s.flow AND g.campaign = f.campaign AND g.campaign <> ''
  AND g.lane = f.lane
  AND c.flow = g.key AND c.send = s.key;

-- deleteSends
DELETE FROM sends WHERE key = ANY(:send::bigint[]);

-- deleteContents
DELETE FROM contents WHERE send = ANY(:send::bigint[]);

-- deleteAnswers
DELETE FROM answers WHERE send = ANY(:send::bigint[]);

-- deleteHistory
DELETE FROM history WHERE send = ANY(:send::bigint[]);

-- deleteReports
DELETE FROM reports WHERE send = ANY(:send::bigint[]);

-- deleteConversationSends
DELETE FROM conversation_sends WHERE send = ANY(:send::bigint[]);

-- deleteSilent
DELETE FROM silent WHERE send = ANY(:send::bigint[]);

-- pruneProviderIDs
DELETE FROM provider_ids WHERE day < (:day::bigint[])[1];

-- unsettled
SELECT key FROM sends WHERE state IN (0 /* queued */, 1 /* sending */) ORDER BY key LIMIT (:limit::bigint[])[1];
