-- A parameter is a column of the batch: one statement takes all its rows.

-- all
SELECT sender, facts, read_at, asked_at, news_at, failure FROM phones ORDER BY sender;

-- save
INSERT INTO phones (sender, facts, read_at, asked_at, news_at, failure)
SELECT p.sender, p.facts, p.at, p.asked_at, p.never, ''
FROM unnest(:sender::text[], :facts::bytea[], :at::bigint[], :asked_at::bigint[], :never::bigint[])
  AS p(sender, facts, at, asked_at, never)
ON CONFLICT (sender) DO UPDATE SET facts = excluded.facts, read_at = excluded.read_at,
  asked_at = excluded.asked_at, failure = '';

-- fail
/* What was known before stays. */
INSERT INTO phones (sender, facts, read_at, asked_at, news_at, failure)
SELECT p.sender, p.facts, p.never, p.asked_at, p.never, p.failure
FROM unnest(:sender::text[], :facts::bytea[], :asked_at::bigint[], :never::bigint[], :failure::text[])
  AS p(sender, facts, asked_at, never, failure)
ON CONFLICT (sender) DO UPDATE SET asked_at = excluded.asked_at, failure = excluded.failure;

-- tell
INSERT INTO phones (sender, facts, read_at, asked_at, news_at, failure)
SELECT p.sender, p.facts, p.never, p.never, p.at, ''
FROM unnest(:sender::text[], :facts::bytea[], :at::bigint[], :never::bigint[]) AS p(sender, facts, at, never)
ON CONFLICT (sender) DO UPDATE SET news_at = excluded.news_at;

-- see
INSERT INTO sightings (account, address, seen_at)
SELECT p.account, p.address, p.at
FROM unnest(:account::text[], :address::text[], :at::bigint[]) AS p(account, address, at)
ON CONFLICT (account, address) DO UPDATE SET seen_at = greatest(sightings.seen_at, excluded.seen_at);

-- seen
SELECT account, address, seen_at FROM sightings ORDER BY account, address;
