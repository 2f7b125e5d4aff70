-- Who writes to the senders of a tenant, by all that they are known by, and what was said.

CREATE TABLE persons (
  key INTEGER PRIMARY KEY,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  name TEXT,
  -- A person of ours typed it: what a profile says takes its place no more.
  is_name_typed INTEGER NOT NULL DEFAULT 0,
  language TEXT,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT;

-- Kinds are 0 a number, 1 the id that WhatsApp has for a number, 2 the id by which Meta hides one.
CREATE TABLE identities (
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  kind INTEGER NOT NULL,
  value TEXT NOT NULL,
  person INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (app, company, kind, value)
) WITHOUT ROWID, STRICT;
CREATE INDEX identities_by_person ON identities (person);

CREATE TABLE conversations (
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  lane INTEGER NOT NULL,
  person INTEGER NOT NULL,
  -- Where an answer goes.
  address TEXT NOT NULL,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  mode INTEGER NOT NULL,
  agent TEXT,
  assistant TEXT,
  is_assistant_on INTEGER NOT NULL,
  is_archived INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  inbound INTEGER,
  last INTEGER NOT NULL,
  asked_to_wait INTEGER,
  -- When somebody has to see whether it is answered by itself.
  due INTEGER,
  -- JSON.
  labels TEXT NOT NULL DEFAULT '[]',
  -- The first words of the last message.
  preview TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX conversations_of ON conversations (lane, person);
CREATE INDEX conversations_by_tenant ON conversations (app, company, is_archived, last, key);
CREATE INDEX conversations_by_time ON conversations (is_archived, last, key);
CREATE INDEX conversations_by_person ON conversations (person);
CREATE INDEX conversations_due ON conversations (due) WHERE due IS NOT NULL;

-- What a conversation went through, and by whom. Not told yet: not in the topic.
CREATE TABLE conversation_changes (
  conversation INTEGER NOT NULL,
  version INTEGER NOT NULL,
  act TEXT NOT NULL,
  actor TEXT NOT NULL,
  detail TEXT NOT NULL,
  at INTEGER NOT NULL,
  is_told INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation, version)
) WITHOUT ROWID, STRICT;
CREATE INDEX conversation_changes_untold ON conversation_changes (conversation, version) WHERE is_told = 0;

CREATE TABLE conversation_notes (
  conversation INTEGER NOT NULL,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  author TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (conversation, number)
) WITHOUT ROWID, STRICT;

-- Of people, as they came.
CREATE TABLE inbound_messages (
  key INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  provider_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  received INTEGER NOT NULL,
  kind TEXT NOT NULL,
  words TEXT NOT NULL,
  -- The message that it edits, takes back or reacts to.
  original TEXT,
  content BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX inbound_messages_once ON inbound_messages (conversation, provider_id);
CREATE INDEX inbound_messages_by_time ON inbound_messages (conversation, at, key);
CREATE INDEX inbound_messages_old ON inbound_messages (at);

-- Sends of ours within a conversation: who wrote them, and which turn they were written for. Without a turn they go in
-- any.
CREATE TABLE conversation_sends (
  send INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  author TEXT NOT NULL,
  turn INTEGER
) STRICT;
CREATE INDEX conversation_sends_of ON conversation_sends (conversation, send);
