-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- oldSends
/* Those that are queued, under way or in doubt are kept, however old. */
SELECT key FROM sends WHERE key > :after AND changed < :before AND state >= 3 /* accepted */ ORDER BY key LIMIT :limit;

-- deleteCampaignSends
/* By the flow of the send, so before the send. */
DELETE FROM campaign_sends WHERE send = :send AND flow IN (
  SELECT g.key FROM sends s JOIN flows f ON f.key = s.flow
  JOIN flows g ON g.campaign = f.campaign AND g.campaign <> '' AND g.lane = f.lane WHERE s.key = :send);

-- deleteSends
DELETE FROM sends WHERE key = :send;

-- deleteContents
DELETE FROM contents WHERE send = :send;

-- deleteAnswers
DELETE FROM answers WHERE send = :send;

-- deleteHistory
DELETE FROM history WHERE send = :send;

-- deleteReports
DELETE FROM reports WHERE send = :send;

-- deleteConversationSends
DELETE FROM conversation_sends WHERE send = :send;

-- deleteSilent
DELETE FROM silent WHERE send = :send;

-- pruneProviderIDs
DELETE FROM provider_ids WHERE day < :day;

-- unsettled
SELECT key FROM sends WHERE state IN (0 /* queued */, 1 /* sending */) ORDER BY key LIMIT :limit;
