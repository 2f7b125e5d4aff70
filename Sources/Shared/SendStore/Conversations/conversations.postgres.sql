-- A parameter is a column of the batch: one statement takes all its rows.

-- add
INSERT INTO conversations (id, lane, person, address, app, company, mode, agent, assistant, is_assistant_on,
  is_archived, unread, turn, last, created, changed, version)
SELECT p.id, p.l, p.p, p.ad, p.app, p.co, 0 /* automatic */, p.ag, p.ass, 1, 0, 0, 0, p.at, p.now, p.now, 0
FROM unnest(:id::bytea[], :lane::bigint[], :person::bigint[], :address::text[], :app::text[], :company::text[],
  :agent::text[], :assistant::text[], :at::bigint[], :now::bigint[]) AS p(id, l, p, ad, app, co, ag, ass, at, now)
ON CONFLICT DO NOTHING;

-- of
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.lane = (:lane::bigint[])[1] AND c.person = (:person::bigint[])[1] FOR UPDATE OF c;

-- one
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.id = (:id::bytea[])[1];

-- lock
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.key = (:conversation::bigint[])[1] FOR UPDATE OF c;

-- save
UPDATE conversations SET address = p.ad, mode = p.m, agent = p.ag, assistant = p.ass, is_assistant_on = p.io,
  is_archived = p.ia, unread = p.u, turn = p.t, inbound = p.i, last = p.l, asked_to_wait = p.w, due = p.d,
  labels = p.la, preview = p.pr, changed = p.ch, version = p.v
FROM unnest(:conversation::bigint[], :address::text[], :mode::bigint[], :agent::text[], :assistant::text[],
  :is_assistant_on::bigint[], :is_archived::bigint[], :unread::bigint[], :turn::bigint[], :inbound::bigint[],
  :last::bigint[], :asked_to_wait::bigint[], :due::bigint[], :labels::text[], :preview::text[], :changed::bigint[],
  :version::bigint[]) AS p(k, ad, m, ag, ass, io, ia, u, t, i, l, w, d, la, pr, ch, v)
WHERE key = p.k;

-- page
/* The latest first, of all tenants. */
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.continued_in IS NULL AND c.is_archived = (:is_archived::bigint[])[1]
  AND (c.last, c.key) < ((:last::bigint[])[1], (:key::bigint[])[1])
ORDER BY c.last DESC, c.key DESC LIMIT (:limit::bigint[])[1];

-- pageOf
/* The latest first, of one tenant. */
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.app = (:app::text[])[1] AND c.company = (:company::text[])[1] AND c.continued_in IS NULL
  AND c.is_archived = (:is_archived::bigint[])[1] AND (c.last, c.key) < ((:last::bigint[])[1], (:key::bigint[])[1])
ORDER BY c.last DESC, c.key DESC LIMIT (:limit::bigint[])[1];

-- note
INSERT INTO conversation_changes (conversation, version, act, actor, detail, at)
SELECT * FROM unnest(:conversation::bigint[], :version::bigint[], :act::text[], :actor::text[], :detail::text[],
  :at::bigint[]) ON CONFLICT DO NOTHING;

-- addMessage
INSERT INTO inbound_messages (conversation, provider_id, at, received, kind, words, original, content, author)
SELECT * FROM unnest(:conversation::bigint[], :provider_id::text[], :at::bigint[], :received::bigint[], :kind::text[],
  :words::text[], :original::text[], :content::bytea[], :author::text[]) ON CONFLICT DO NOTHING RETURNING key;

-- said
/* By the provider's time, the latest first. */
SELECT key, provider_id, at, received, kind, words, original, content, author FROM inbound_messages
WHERE conversation = (:conversation::bigint[])[1] AND (at, key) < ((:at::bigint[])[1], (:key::bigint[])[1])
ORDER BY at DESC, key DESC LIMIT (:limit::bigint[])[1];

-- sent
/* What that sender sent to one address, whoever asked for it, the latest first. */
SELECT s.key, s.id, s.state, s.attempt, s.version, s.changed, f.campaign, f.template, c.content, n.author,
  s.history, l.name AS sender,
  (SELECT i.id FROM provider_ids i WHERE i.send = s.key ORDER BY i.attempt DESC LIMIT 1) AS provider_id
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN conversation_sends n ON n.send = s.key
WHERE s.recipient = (:address::text[])[1] AND s.lane = (:lane::bigint[])[1] AND s.key < (:before::bigint[])[1]
  AND s.version > 0 ORDER BY s.key DESC LIMIT (:limit::bigint[])[1];

-- sentByAny
/* What any of a tenant's senders sent to one address or is to send, the latest first. */
SELECT s.key, s.id, s.state, s.attempt, s.version, s.changed, f.campaign, f.template, c.content, n.author,
  s.history, l.name AS sender,
  (SELECT i.id FROM provider_ids i WHERE i.send = s.key ORDER BY i.attempt DESC LIMIT 1) AS provider_id
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN conversation_sends n ON n.send = s.key
WHERE s.recipient = (:address::text[])[1] AND l.app = (:app::text[])[1]
  AND l.company = (:company::text[])[1] AND s.key < (:before::bigint[])[1]
ORDER BY s.key DESC LIMIT (:limit::bigint[])[1];

-- join
INSERT INTO conversation_sends (send, conversation, author, turn)
SELECT * FROM unnest(:send::bigint[], :conversation::bigint[], :author::text[], :turn::bigint[])
ON CONFLICT DO NOTHING;

-- turnOf
/* Of sends that were written for a turn which is over. */
SELECT n.send FROM conversation_sends n LEFT JOIN conversations c ON c.key = n.conversation
WHERE n.send = ANY(:send::bigint[]) AND n.turn IS NOT NULL AND (c.key IS NULL OR c.turn > n.turn);

-- stale
/* Those of a turn that is over which wait or are under way. */
SELECT n.send FROM conversation_sends n JOIN sends s ON s.key = n.send
WHERE n.conversation = (:conversation::bigint[])[1] AND n.turn < (:turn::bigint[])[1]
  AND s.state IN (0 /* queued */, 1 /* sending */) ORDER BY n.send;

-- underWay
/* Their attempts that have no record yet. */
SELECT i.send, s.id, i.attempt, i.post_by FROM intents i JOIN sends s ON s.key = i.send
WHERE i.send = ANY(:send::bigint[]);

-- prune
DELETE FROM inbound_messages WHERE at < (:before::bigint[])[1];

-- pruneChanges
DELETE FROM conversation_changes WHERE at < (:before::bigint[])[1];

-- byKey
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.key = ANY(:conversation::bigint[]);

-- ofPerson
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.person = (:person::bigint[])[1] ORDER BY c.key;

-- continued
/* Those that go on in this one. */
SELECT key FROM conversations WHERE continued_in = (:conversation::bigint[])[1] ORDER BY key;

-- continueIn
/* Whatever was written for a turn of it is over. */
UPDATE conversations SET continued_in = p.i, turn = turn + 1, due = NULL, changed = p.now
FROM unnest(:conversation::bigint[], :into::bigint[], :now::bigint[]) AS p(k, i, now) WHERE key = p.k;

-- moveTo
UPDATE conversations SET person = p.p, changed = p.now
FROM unnest(:conversation::bigint[], :person::bigint[], :now::bigint[]) AS p(k, p, now) WHERE key = p.k;

-- history
SELECT version, act, actor, detail, at FROM conversation_changes
WHERE conversation = (:conversation::bigint[])[1] AND version < (:before::bigint[])[1]
ORDER BY version DESC LIMIT (:limit::bigint[])[1];

-- untold
/* In the order of each conversation. */
SELECT conversation, version, act, actor, detail, at FROM conversation_changes WHERE is_told = 0
ORDER BY conversation, version LIMIT (:limit::bigint[])[1];

-- told
UPDATE conversation_changes SET is_told = 1
FROM unnest(:conversation::bigint[], :version::bigint[]) AS p(c, v) WHERE conversation = p.c AND version = p.v;

-- addNote
INSERT INTO conversation_notes (conversation, number, at, author, text)
SELECT p.c, p.n, p.at, p.a, p.t
FROM unnest(:conversation::bigint[], :number::bigint[], :at::bigint[], :author::text[], :text::text[])
  AS p(c, n, at, a, t);

-- notes
SELECT number, at, author, text FROM conversation_notes
WHERE conversation = (:conversation::bigint[])[1] ORDER BY number DESC LIMIT (:limit::bigint[])[1];

-- isWaiting
/* Somebody whom no assistant answers. */
SELECT key FROM conversations
WHERE due IS NOT NULL AND (assistant IS NULL OR is_assistant_on = 0) AND due <= (:now::bigint[])[1]
ORDER BY due LIMIT 1;

-- waiting
/* Whom nobody else looks after just now. */
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.due IS NOT NULL AND (c.assistant IS NULL OR c.is_assistant_on = 0) AND c.due <= (:now::bigint[])[1]
ORDER BY c.due LIMIT (:limit::bigint[])[1] FOR UPDATE OF c SKIP LOCKED;

-- waitingFacts
SELECT c.key, t.last_inbound, t.window_closed, t.opt_out,
  CASE WHEN EXISTS (SELECT 1 FROM conversation_sends n WHERE n.conversation = c.key) THEN 1 ELSE 0 END::bigint
    AS is_answered
FROM conversations c LEFT JOIN contacts t ON t.lane = c.lane AND t.address = c.address
WHERE c.key = ANY(:conversation::bigint[]);

-- postpone
UPDATE conversations SET due = p.d FROM unnest(:conversation::bigint[], :due::bigint[]) AS p(k, d) WHERE key = p.k;

-- atRest
SELECT id FROM conversations WHERE mode = 1 /* manual */ AND assistant IS NOT NULL AND continued_in IS NULL
  AND last <= (:before::bigint[])[1]
ORDER BY last LIMIT (:limit::bigint[])[1];
