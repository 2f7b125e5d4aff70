-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- all
SELECT sender, facts, read_at, asked_at, news_at, failure FROM phones ORDER BY sender;

-- save
INSERT INTO phones (sender, facts, read_at, asked_at, news_at, failure)
VALUES (:sender, :facts, :at, :asked_at, :never, '')
ON CONFLICT (sender) DO UPDATE SET facts = excluded.facts, read_at = excluded.read_at,
  asked_at = excluded.asked_at, failure = '';

-- fail
/* What was known before stays. */
INSERT INTO phones (sender, facts, read_at, asked_at, news_at, failure)
VALUES (:sender, :facts, :never, :asked_at, :never, :failure)
ON CONFLICT (sender) DO UPDATE SET asked_at = excluded.asked_at, failure = excluded.failure;

-- tell
INSERT INTO phones (sender, facts, read_at, asked_at, news_at, failure)
VALUES (:sender, :facts, :never, :never, :at, '')
ON CONFLICT (sender) DO UPDATE SET news_at = excluded.news_at;

-- see
INSERT INTO sightings (account, address, seen_at) VALUES (:account, :address, :at)
ON CONFLICT (account, address) DO UPDATE SET seen_at = max(sightings.seen_at, excluded.seen_at);

-- seen
SELECT account, address, seen_at FROM sightings ORDER BY account, address;
