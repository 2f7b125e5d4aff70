-- Who of ours is there, who is answered by itself, and what people wrote on the business app.

-- Of `Tenant.none` where they answer for every tenant. Whoever was never told of is not there.
CREATE TABLE agents (
  app text NOT NULL,
  company text NOT NULL,
  name text NOT NULL,
  is_present bigint NOT NULL,
  since bigint NOT NULL,
  -- Rises with each conversation that was given to one of those who take turns.
  turn bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (app, company, name)
);
CREATE INDEX conversations_by_agent ON conversations (app, company, agent)
  WHERE is_archived = 0 AND agent IS NOT NULL;

-- Those that no assistant answers.
CREATE INDEX conversations_unanswered ON conversations (due)
  WHERE due IS NOT NULL AND (assistant IS NULL OR is_assistant_on = 0);
-- Those that their assistant may have again.
CREATE INDEX conversations_at_rest ON conversations (last)
  WHERE mode = 1 /* manual */ AND assistant IS NOT NULL;

-- Who wrote it, where that was not the contact.
ALTER TABLE inbound_messages ADD COLUMN author text;

-- How much a task did when it ran last. NULL: it does not count.
ALTER TABLE tasks ADD COLUMN done bigint;
