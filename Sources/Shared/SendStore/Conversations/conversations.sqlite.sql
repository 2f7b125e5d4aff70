-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- add
INSERT INTO conversations (id, lane, person, address, app, company, mode, agent, assistant, is_assistant_on,
  is_archived, unread, turn, last, created, changed, version)
VALUES (:id, :lane, :person, :address, :app, :company, 0 /* automatic */, :agent, :assistant, 1, 0, 0, 0, :at, :now,
  :now, 0) ON CONFLICT DO NOTHING;

-- of
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.lane = :lane AND c.person = :person;

-- one
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.id = :id;

-- lock
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.key = :conversation;

-- save
UPDATE conversations SET address = :address, mode = :mode, agent = :agent, assistant = :assistant,
  is_assistant_on = :is_assistant_on, is_archived = :is_archived, unread = :unread, turn = :turn, inbound = :inbound,
  last = :last, asked_to_wait = :asked_to_wait, due = :due, labels = :labels, preview = :preview, changed = :changed,
  version = :version
WHERE key = :conversation;

-- page
/* The latest first, of all tenants. */
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.continued_in IS NULL AND c.is_archived = :is_archived
  AND (c.last, c.key) < (:last, :key)
ORDER BY c.last DESC, c.key DESC LIMIT :limit;

-- pageOf
/* The latest first, of one tenant. */
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.app = :app AND c.company = :company AND c.continued_in IS NULL AND c.is_archived = :is_archived
  AND (c.last, c.key) < (:last, :key)
ORDER BY c.last DESC, c.key DESC LIMIT :limit;

-- note
INSERT INTO conversation_changes (conversation, version, act, actor, detail, at)
VALUES (:conversation, :version, :act, :actor, :detail, :at) ON CONFLICT DO NOTHING;

-- addMessage
INSERT INTO inbound_messages (conversation, provider_id, at, received, kind, words, original, content, author)
VALUES (:conversation, :provider_id, :at, :received, :kind, :words, :original, :content, :author)
ON CONFLICT DO NOTHING
RETURNING key;

-- said
/* By the provider's time, the latest first. */
SELECT key, provider_id, at, received, kind, words, original, content, author FROM inbound_messages
WHERE conversation = :conversation AND (at, key) < (:at, :key) ORDER BY at DESC, key DESC LIMIT :limit;

-- sent
/* What that sender sent to one address, whoever asked for it, the latest first. */
SELECT s.key, s.id, s.state, s.attempt, s.version, s.changed, f.campaign, f.template, c.content, n.author,
  s.history, l.name AS sender,
  (SELECT i.id FROM provider_ids i WHERE i.send = s.key ORDER BY i.attempt DESC LIMIT 1) AS provider_id
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN conversation_sends n ON n.send = s.key
WHERE s.recipient = :address AND s.lane = :lane AND s.key < :before AND s.version > 0 ORDER BY s.key DESC LIMIT :limit;

-- sentByAny
/* What any of a tenant's senders sent to one address or is to send, the latest first. */
SELECT s.key, s.id, s.state, s.attempt, s.version, s.changed, f.campaign, f.template, c.content, n.author,
  s.history, l.name AS sender,
  (SELECT i.id FROM provider_ids i WHERE i.send = s.key ORDER BY i.attempt DESC LIMIT 1) AS provider_id
FROM sends s JOIN lanes l ON l.key = s.lane JOIN flows f ON f.key = s.flow JOIN contents c ON c.send = s.key
LEFT JOIN conversation_sends n ON n.send = s.key
WHERE s.recipient = :address AND l.app = :app AND l.company = :company AND s.key < :before
ORDER BY s.key DESC LIMIT :limit;

-- join
INSERT INTO conversation_sends (send, conversation, author, turn)
VALUES (:send, :conversation, :author, :turn) ON CONFLICT DO NOTHING;

-- turnOf
/* Of sends that were written for a turn which is over. */
SELECT n.send FROM conversation_sends n LEFT JOIN conversations c ON c.key = n.conversation
WHERE n.send = :send AND n.turn IS NOT NULL AND (c.key IS NULL OR c.turn > n.turn);

-- stale
/* Those of a turn that is over which wait or are under way. */
SELECT n.send FROM conversation_sends n JOIN sends s ON s.key = n.send
WHERE n.conversation = :conversation AND n.turn < :turn AND s.state IN (0 /* queued */, 1 /* sending */)
ORDER BY n.send;

-- underWay
/* Their attempts that have no record yet. */
SELECT i.send, s.id, i.attempt, i.post_by FROM intents i JOIN sends s ON s.key = i.send WHERE i.send = :send;

-- prune
DELETE FROM inbound_messages WHERE at < :before;

-- pruneChanges
DELETE FROM conversation_changes WHERE at < :before;

-- byKey
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.key = :conversation;

-- ofPerson
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.person = :person ORDER BY c.key;

-- continued
/* Those that go on in this one. */
SELECT key FROM conversations WHERE continued_in = :conversation ORDER BY key;

-- continueIn
/* Whatever was written for a turn of it is over. */
UPDATE conversations SET continued_in = :into, turn = turn + 1, due = NULL, changed = :now WHERE key = :conversation;

-- moveTo
UPDATE conversations SET person = :person, changed = :now WHERE key = :conversation;

-- history
SELECT version, act, actor, detail, at FROM conversation_changes
WHERE conversation = :conversation AND version < :before ORDER BY version DESC LIMIT :limit;

-- untold
/* In the order of each conversation. */
SELECT conversation, version, act, actor, detail, at FROM conversation_changes WHERE is_told = 0
ORDER BY conversation, version LIMIT :limit;

-- told
UPDATE conversation_changes SET is_told = 1 WHERE conversation = :conversation AND version = :version;

-- addNote
INSERT INTO conversation_notes (conversation, number, at, author, text)
VALUES (:conversation, :number, :at, :author, :text);

-- notes
SELECT number, at, author, text FROM conversation_notes
WHERE conversation = :conversation ORDER BY number DESC LIMIT :limit;

-- isWaiting
/* Somebody whom no assistant answers. */
SELECT key FROM conversations
WHERE due IS NOT NULL AND (assistant IS NULL OR is_assistant_on = 0) AND due <= :now ORDER BY due LIMIT 1;

-- waiting
SELECT c.key, c.id, l.name AS sender, c.lane, l.lane_group, c.person, c.address, c.app, c.company, c.mode, c.agent,
  c.assistant, c.is_assistant_on, c.is_archived, c.unread, c.turn, c.inbound, c.last, c.asked_to_wait, c.due,
  c.labels, c.preview, c.created, c.changed, c.version, c.continued_in, p.name
FROM conversations c JOIN lanes l ON l.key = c.lane JOIN persons p ON p.key = c.person
WHERE c.due IS NOT NULL AND (c.assistant IS NULL OR c.is_assistant_on = 0) AND c.due <= :now
ORDER BY c.due LIMIT :limit;

-- waitingFacts
SELECT c.key, t.last_inbound, t.window_closed, t.opt_out,
  EXISTS (SELECT 1 FROM conversation_sends n WHERE n.conversation = c.key) AS is_answered
FROM conversations c LEFT JOIN contacts t ON t.lane = c.lane AND t.address = c.address WHERE c.key = :conversation;

-- postpone
UPDATE conversations SET due = :due WHERE key = :conversation;

-- atRest
SELECT id FROM conversations WHERE mode = 1 /* manual */ AND assistant IS NOT NULL AND continued_in IS NULL
  AND last <= :before
ORDER BY last LIMIT :limit;
