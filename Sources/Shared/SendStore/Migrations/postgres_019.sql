-- Who writes to the senders of a tenant, by all that they are known by, and what was said.

CREATE TABLE persons (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  app text NOT NULL,
  company text NOT NULL,
  name text,
  -- A person of ours typed it: what a profile says takes its place no more.
  is_name_typed bigint NOT NULL DEFAULT 0,
  language text,
  created bigint NOT NULL,
  changed bigint NOT NULL
);

-- Kinds are 0 a number, 1 the id that WhatsApp has for a number, 2 the id by which Meta hides one.
CREATE TABLE identities (
  app text NOT NULL,
  company text NOT NULL,
  kind bigint NOT NULL,
  value text NOT NULL,
  person bigint NOT NULL,
  since bigint NOT NULL,
  PRIMARY KEY (app, company, kind, value)
);
CREATE INDEX identities_by_person ON identities (person);

CREATE TABLE conversations (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id bytea NOT NULL UNIQUE,
  lane bigint NOT NULL,
  person bigint NOT NULL,
  -- Where an answer goes.
  address text NOT NULL,
  app text NOT NULL,
  company text NOT NULL,
  mode bigint NOT NULL,
  agent text,
  assistant text,
  is_assistant_on bigint NOT NULL,
  is_archived bigint NOT NULL,
  unread bigint NOT NULL,
  turn bigint NOT NULL,
  inbound bigint,
  last bigint NOT NULL,
  asked_to_wait bigint,
  -- When somebody has to see whether it is answered by itself.
  due bigint,
  -- JSON.
  labels text NOT NULL DEFAULT '[]',
  -- The first words of the last message.
  preview text NOT NULL DEFAULT '',
  created bigint NOT NULL,
  changed bigint NOT NULL,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX conversations_of ON conversations (lane, person);
CREATE INDEX conversations_by_tenant ON conversations (app, company, is_archived, last, key);
CREATE INDEX conversations_by_time ON conversations (is_archived, last, key);
CREATE INDEX conversations_by_person ON conversations (person);
CREATE INDEX conversations_due ON conversations (due) WHERE due IS NOT NULL;

-- What a conversation went through, and by whom. Not told yet: not in the topic.
CREATE TABLE conversation_changes (
  conversation bigint NOT NULL,
  version bigint NOT NULL,
  act text NOT NULL,
  actor text NOT NULL,
  detail text NOT NULL,
  at bigint NOT NULL,
  is_told bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (conversation, version)
);
CREATE INDEX conversation_changes_untold ON conversation_changes (conversation, version) WHERE is_told = 0;

CREATE TABLE conversation_notes (
  conversation bigint NOT NULL,
  number bigint NOT NULL,
  at bigint NOT NULL,
  author text NOT NULL,
  text text NOT NULL,
  PRIMARY KEY (conversation, number)
);

-- Of people, as they came.
CREATE TABLE inbound_messages (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  conversation bigint NOT NULL,
  provider_id text NOT NULL,
  at bigint NOT NULL,
  received bigint NOT NULL,
  kind text NOT NULL,
  words text NOT NULL,
  -- The message that it edits, takes back or reacts to.
  original text,
  content bytea NOT NULL
);
CREATE UNIQUE INDEX inbound_messages_once ON inbound_messages (conversation, provider_id);
CREATE INDEX inbound_messages_by_time ON inbound_messages (conversation, at, key);
CREATE INDEX inbound_messages_old ON inbound_messages (at);

-- Sends of ours within a conversation: who wrote them, and which turn they were written for. Without a turn they go in
-- any.
CREATE TABLE conversation_sends (
  send bigint PRIMARY KEY,
  conversation bigint NOT NULL,
  author text NOT NULL,
  turn bigint
);
CREATE INDEX conversation_sends_of ON conversation_sends (conversation, send);
