-- A parameter is a column of the batch: one statement takes all its rows.

-- isDue
/* Somebody whom an assistant answers. */
SELECT key FROM conversations
WHERE due IS NOT NULL AND assistant IS NOT NULL AND is_assistant_on = 1 AND mode = 0 /* automatic */
  AND due <= (:now::bigint[])[1]
ORDER BY due LIMIT 1;

-- due
/* Whom nobody else looks after just now. */
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.due IS NOT NULL AND c.assistant IS NOT NULL AND c.is_assistant_on = 1 AND c.mode = 0 /* automatic */
  AND c.due <= (:now::bigint[])[1]
ORDER BY c.due LIMIT (:limit::bigint[])[1] FOR UPDATE OF c SKIP LOCKED;

-- places
SELECT conversation, answered, failures, away FROM assistant_places WHERE conversation = ANY(:conversation::bigint[]);

-- place
INSERT INTO assistant_places (conversation, answered, failures, away)
SELECT * FROM unnest(:conversation::bigint[], :answered::bigint[], :failures::bigint[], :away::bigint[])
ON CONFLICT (conversation) DO UPDATE SET answered = excluded.answered, failures = excluded.failures,
  away = excluded.away;

-- unanswered
/* Of the contact, the newest first. */
SELECT key, provider_id, at, received, kind, words, original, content FROM inbound_messages
WHERE conversation = (:conversation::bigint[])[1] AND author IS NULL AND original IS NULL
  AND kind NOT IN ('reaction', 'edit', 'revoke', 'system', 'user_preferences') AND key > (:answered::bigint[])[1]
ORDER BY key DESC LIMIT (:limit::bigint[])[1];

-- standings
/* What a call that is under way has to know. */
SELECT c.key, c.turn, c.mode, c.is_assistant_on,
  coalesce((SELECT max(m.key) FROM inbound_messages m WHERE m.conversation = c.key AND m.author IS NULL
    AND m.original IS NULL AND m.kind NOT IN ('reaction', 'edit', 'revoke', 'system', 'user_preferences')), 0) AS newest
FROM conversations c WHERE c.key = ANY(:conversation::bigint[]);

-- addCall
INSERT INTO assistant_calls (conversation, assistant, model, prompt, begun, ended, tokens_in, tokens_out, money,
  verdict, reason, withheld)
SELECT * FROM unnest(:conversation::bigint[], :assistant::text[], :model::text[], :prompt::text[], :begun::bigint[],
  :ended::bigint[], :tokens_in::bigint[], :tokens_out::bigint[], :money::bigint[], :verdict::text[], :reason::text[],
  :withheld::bytea[]);

-- calls
/* The latest first. */
SELECT key, assistant, model, prompt, begun, ended, tokens_in, tokens_out, money, verdict, reason, withheld
FROM assistant_calls WHERE conversation = (:conversation::bigint[])[1] AND key < (:before::bigint[])[1]
ORDER BY key DESC LIMIT (:limit::bigint[])[1];

-- use
INSERT INTO assistant_use AS u (scope, name, day, calls, tokens, money)
SELECT * FROM unnest(:scope::bigint[], :name::text[], :day::bigint[], :calls::bigint[], :tokens::bigint[],
  :money::bigint[])
ON CONFLICT (scope, name, day) DO UPDATE SET calls = u.calls + excluded.calls, tokens = u.tokens + excluded.tokens,
  money = u.money + excluded.money;

-- used
SELECT u.scope, u.name, u.calls, u.tokens, u.money FROM assistant_use u
JOIN unnest(:scope::bigint[], :name::text[], :day::bigint[]) AS p(s, n, d)
  ON u.scope = p.s AND u.name = p.n AND u.day = p.d;

-- addReply
INSERT INTO assistant_replies (conversation, place, send, content, expires, max_attempts, turn, is_queued)
SELECT * FROM unnest(:conversation::bigint[], :place::bigint[], :send::bytea[], :content::bytea[], :expires::bigint[],
  :max_attempts::bigint[], :turn::bigint[], :is_queued::bigint[])
ON CONFLICT DO NOTHING;

-- replying
/* Of those, which have an answer that is not all gone yet. */
SELECT DISTINCT conversation FROM assistant_replies WHERE conversation = ANY(:conversation::bigint[]);

-- gone
/* Those of whose answers the message before is out of our hands. Where a person has taken over, too: while it is under
   way nothing can be done about it, and whoever is found in vain keeps others waiting. */
SELECT r.conversation FROM assistant_replies r LEFT JOIN sends s ON s.id = r.send
WHERE r.is_queued = 1 AND (s.state IS NULL OR s.state > 1 /* sending */)
ORDER BY r.conversation LIMIT (:limit::bigint[])[1];

-- rest
SELECT place, send, content, expires, max_attempts, turn, is_queued FROM assistant_replies
WHERE conversation = (:conversation::bigint[])[1] ORDER BY place;

-- stateOf
SELECT state FROM sends WHERE id = (:send::bytea[])[1];

-- removeReply
DELETE FROM assistant_replies WHERE conversation = (:conversation::bigint[])[1] AND place = (:place::bigint[])[1];

-- queueReply
UPDATE assistant_replies SET is_queued = 1
WHERE conversation = (:conversation::bigint[])[1] AND place = (:place::bigint[])[1];

-- removeReplies
DELETE FROM assistant_replies WHERE conversation = ANY(:conversation::bigint[]);

-- pruneCalls
DELETE FROM assistant_calls WHERE ended < (:before::bigint[])[1];

-- pruneUse
DELETE FROM assistant_use WHERE day < (:day::bigint[])[1];

-- withheld
/* What was written within that time and nobody got, the latest first. */
SELECT key, assistant, model, prompt, begun, ended, tokens_in, tokens_out, money, verdict, reason, withheld
FROM assistant_calls WHERE conversation = (:conversation::bigint[])[1] AND withheld IS NOT NULL
  AND ended >= (:after::bigint[])[1] AND ended < (:before::bigint[])[1]
ORDER BY key DESC LIMIT 200;

-- answer
/* All that the contact has written so far: a person of ours looks after it. */
INSERT INTO assistant_places (conversation, answered, failures)
SELECT p.c, coalesce((SELECT max(key) FROM inbound_messages m WHERE m.conversation = p.c), 0), 0
FROM unnest(:conversation::bigint[]) AS p(c)
ON CONFLICT (conversation) DO UPDATE SET answered = excluded.answered, failures = 0, away = NULL;
