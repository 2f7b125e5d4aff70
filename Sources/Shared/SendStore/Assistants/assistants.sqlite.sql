-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- isDue
/* Somebody whom an assistant answers. */
SELECT key FROM conversations
WHERE due IS NOT NULL AND assistant IS NOT NULL AND is_assistant_on = 1 AND mode = 0 /* automatic */
  AND due <= :now
ORDER BY due LIMIT 1;

-- due
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.due IS NOT NULL AND c.assistant IS NOT NULL AND c.is_assistant_on = 1 AND c.mode = 0 /* automatic */
  AND c.due <= :now
ORDER BY c.due LIMIT :limit;

-- places
SELECT conversation, answered, failures, away FROM assistant_places WHERE conversation = :conversation;

-- place
INSERT INTO assistant_places (conversation, answered, failures, away)
VALUES (:conversation, :answered, :failures, :away)
ON CONFLICT (conversation) DO UPDATE SET answered = excluded.answered, failures = excluded.failures,
  away = excluded.away;

-- unanswered
/* Of the contact, the newest first. */
SELECT key, provider_id, at, received, kind, words, original, content FROM inbound_messages
WHERE conversation = :conversation AND author IS NULL AND original IS NULL
  AND kind NOT IN ('reaction', 'edit', 'revoke', 'system', 'user_preferences') AND key > :answered
ORDER BY key DESC LIMIT :limit;

-- standings
/* What a call that is under way has to know. */
SELECT c.key, c.turn, c.mode, c.is_assistant_on,
  coalesce((SELECT max(m.key) FROM inbound_messages m WHERE m.conversation = c.key AND m.author IS NULL
    AND m.original IS NULL AND m.kind NOT IN ('reaction', 'edit', 'revoke', 'system', 'user_preferences')), 0) AS newest
FROM conversations c WHERE c.key = :conversation;

-- addCall
INSERT INTO assistant_calls (conversation, assistant, model, prompt, begun, ended, tokens_in, tokens_out, money,
  verdict, reason, withheld)
VALUES (:conversation, :assistant, :model, :prompt, :begun,
  :ended, :tokens_in, :tokens_out, :money, :verdict, :reason,
  :withheld);

-- calls
/* The latest first. */
SELECT key, assistant, model, prompt, begun, ended, tokens_in, tokens_out, money, verdict, reason, withheld
FROM assistant_calls WHERE conversation = :conversation AND key < :before
ORDER BY key DESC LIMIT :limit;

-- use
INSERT INTO assistant_use (scope, name, day, calls, tokens, money)
VALUES (:scope, :name, :day, :calls, :tokens,
  :money)
ON CONFLICT (scope, name, day) DO UPDATE SET calls = calls + excluded.calls, tokens = tokens + excluded.tokens,
  money = money + excluded.money;

-- used
SELECT u.scope, u.name, u.calls, u.tokens, u.money FROM assistant_use u
WHERE u.scope = :scope AND u.name = :name AND u.day = :day;

-- addReply
INSERT INTO assistant_replies (conversation, place, send, content, expires, max_attempts, turn, is_queued)
VALUES (:conversation, :place, :send, :content, :expires,
  :max_attempts, :turn, :is_queued)
ON CONFLICT DO NOTHING;

-- replying
/* Of those, which have an answer that is not all gone yet. */
SELECT DISTINCT conversation FROM assistant_replies WHERE conversation = :conversation;

-- gone
/* Those of whose answers the message before is out of our hands. Where a person has taken over, too: while it is under
   way nothing can be done about it, and whoever is found in vain keeps others waiting. */
SELECT r.conversation FROM assistant_replies r LEFT JOIN sends s ON s.id = r.send
WHERE r.is_queued = 1 AND (s.state IS NULL OR s.state > 1 /* sending */)
ORDER BY r.conversation LIMIT :limit;

-- rest
SELECT place, send, content, expires, max_attempts, turn, is_queued FROM assistant_replies
WHERE conversation = :conversation ORDER BY place;

-- stateOf
SELECT state FROM sends WHERE id = :send;

-- removeReply
DELETE FROM assistant_replies WHERE conversation = :conversation AND place = :place;

-- queueReply
UPDATE assistant_replies SET is_queued = 1
WHERE conversation = :conversation AND place = :place;

-- removeReplies
DELETE FROM assistant_replies WHERE conversation = :conversation;

-- pruneCalls
DELETE FROM assistant_calls WHERE ended < :before;

-- pruneUse
DELETE FROM assistant_use WHERE day < :day;

-- withheld
/* What was written within that time and nobody got, the latest first. */
SELECT key, assistant, model, prompt, begun, ended, tokens_in, tokens_out, money, verdict, reason, withheld
FROM assistant_calls WHERE conversation = :conversation AND withheld IS NOT NULL AND ended >= :after AND ended < :before
ORDER BY key DESC LIMIT 200;

-- answer
/* All that the contact has written so far: a person of ours looks after it. */
INSERT INTO assistant_places (conversation, answered, failures)
SELECT :conversation, coalesce(max(key), 0), 0 FROM inbound_messages WHERE conversation = :conversation
ON CONFLICT (conversation) DO UPDATE SET answered = excluded.answered, failures = 0, away = NULL;
