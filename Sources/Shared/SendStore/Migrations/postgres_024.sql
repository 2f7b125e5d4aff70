-- What assistants were asked and what it cost, what of their answers is still to go, and how far they have answered.

CREATE TABLE assistant_calls (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  conversation bigint NOT NULL,
  assistant text NOT NULL,
  model text NOT NULL,
  -- A hash of all that it was told.
  prompt text NOT NULL,
  begun bigint NOT NULL,
  ended bigint NOT NULL,
  tokens_in bigint NOT NULL,
  tokens_out bigint NOT NULL,
  -- In millionths of the currency.
  money bigint NOT NULL,
  verdict text NOT NULL,
  reason text NOT NULL,
  -- JSON: messages that it wrote and that nobody got.
  withheld bytea
);
CREATE INDEX assistant_calls_of ON assistant_calls (conversation, key);
CREATE INDEX assistant_calls_old ON assistant_calls (ended);

-- Scopes are 0 a conversation, 1 an assistant, 2 a tenant. Days are those of UTC since 1970.
CREATE TABLE assistant_use (
  scope bigint NOT NULL,
  name text NOT NULL,
  day bigint NOT NULL,
  calls bigint NOT NULL,
  tokens bigint NOT NULL,
  money bigint NOT NULL,
  PRIMARY KEY (scope, name, day)
);
CREATE INDEX assistant_use_old ON assistant_use (day);

-- How far the contact is answered, and how often that went wrong since.
CREATE TABLE assistant_places (
  conversation bigint PRIMARY KEY,
  -- The last message that was answered.
  answered bigint NOT NULL,
  failures bigint NOT NULL,
  -- Since when the endpoint is away; NULL: it is not.
  away bigint
);
-- What was written before is looked after, but where somebody waits.
INSERT INTO assistant_places (conversation, answered, failures)
SELECT c.key, max(m.key), 0 FROM conversations c JOIN inbound_messages m ON m.conversation = c.key
WHERE c.due IS NULL GROUP BY c.key;

-- Messages of one answer, of which the next goes once the one before it is out of our hands.
CREATE TABLE assistant_replies (
  conversation bigint NOT NULL,
  place bigint NOT NULL,
  send bytea NOT NULL,
  content bytea NOT NULL,
  expires bigint NOT NULL,
  max_attempts bigint NOT NULL,
  turn bigint NOT NULL,
  is_queued bigint NOT NULL,
  PRIMARY KEY (conversation, place)
);

-- Those that an assistant answers.
CREATE INDEX conversations_asking ON conversations (due)
  WHERE due IS NOT NULL AND assistant IS NOT NULL AND is_assistant_on = 1 AND mode = 0 /* automatic */;

-- Words in small letters without accents, and nothing between them.
CREATE FUNCTION plain_words(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN translate(fold_words(words), '!"#$%&''()*+,-./:<=>?@[\]^_`{|}~' || chr(59), repeat(' ', 32));
-- With a word for each 4,096 messages: the newest that have a common word are found without a look at all the others.
CREATE FUNCTION said_words(words text, key bigint) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN to_tsvector('simple'::regconfig, plain_words(words) || ' qzblock' || (key >> 12)::text);
DROP INDEX inbound_messages_words;
CREATE INDEX inbound_messages_said ON inbound_messages USING gin (said_words(words, key));
CREATE INDEX persons_words ON persons USING gin (to_tsvector('simple'::regconfig, plain_words(coalesce(name, ''))));
