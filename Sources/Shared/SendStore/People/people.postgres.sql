-- A parameter is a column of the batch: one statement takes all its rows.

-- insertInbound
INSERT INTO inbound (account, address, provider_id, at, in_reply_to)
SELECT * FROM unnest(:account::text[], :address::text[], :provider_id::text[], :at::bigint[],
  :in_reply_to::bytea[]) AS p(account, address, provider_id, at, in_reply_to)
ON CONFLICT DO NOTHING
RETURNING provider_id;

-- openWindows
/* A message that comes late does not move a window back. */
INSERT INTO contacts (lane, address, last_inbound, wa_id)
SELECT * FROM unnest(:lane::bigint[], :address::text[], :last_inbound::bigint[], :wa_id::text[])
  AS p(lane, address, last_inbound, wa_id)
ON CONFLICT (lane, address) DO UPDATE SET wa_id = coalesce(excluded.wa_id, contacts.wa_id),
  last_inbound = greatest(contacts.last_inbound, excluded.last_inbound);

-- saveOptOuts
INSERT INTO contacts (lane, address, opt_out, opted_out, opt_out_source)
SELECT * FROM unnest(:lane::bigint[], :address::text[], :opt_out::text[], :opted_out::bigint[], :source::text[])
  AS p(lane, address, opt_out, opted_out, opt_out_source)
ON CONFLICT (lane, address) DO UPDATE SET opt_out = excluded.opt_out, opted_out = excluded.opted_out,
  opt_out_source = excluded.opt_out_source;

-- saveMarketingOptOuts
/* Who wants nothing at all wants no marketing either, and stays out of all. */
INSERT INTO contacts (lane, address, opt_out, opted_out, opt_out_source)
SELECT * FROM unnest(:lane::bigint[], :address::text[], :opt_out::text[], :opted_out::bigint[], :source::text[])
  AS p(lane, address, opt_out, opted_out, opt_out_source)
ON CONFLICT (lane, address) DO UPDATE SET opt_out = excluded.opt_out, opted_out = excluded.opted_out,
  opt_out_source = excluded.opt_out_source
WHERE contacts.opt_out IS DISTINCT FROM 'everything';

-- ofPerson
/* As the senders of a tenant see those addresses. */
SELECT l.name AS sender, k.address, k.last_inbound, k.window_closed, k.opt_out, k.opted_out, k.opt_out_source
FROM contacts k JOIN lanes l ON l.key = k.lane
WHERE k.address = ANY(:address::text[]) AND l.app = (:app::text[])[1] AND l.company = (:company::text[])[1]
ORDER BY l.name, k.address;

-- contact
SELECT last_inbound, opt_out, opted_out, wa_id, window_closed
FROM contacts WHERE lane = (:lane::bigint[])[1] AND address = (:address::text[])[1];

-- optedOut
SELECT k.lane, k.address FROM unnest(:lane::bigint[], :address::text[]) AS p(lane, address)
JOIN contacts k ON k.lane = p.lane AND k.address = p.address WHERE k.opt_out = 'everything';

-- acquainted
/* Whom a person wrote to or opted out of, and when last. 0 where they were only written to. */
SELECT lane, address, greatest(coalesce(last_inbound, 0), coalesce(opted_out, 0)) AS at FROM contacts
WHERE address = ANY(:address::text[]);

-- rest
INSERT INTO contacts (lane, address, rest_until)
SELECT * FROM unnest(:lane::bigint[], :address::text[], :at::bigint[]) AS p(lane, address, rest_until)
ON CONFLICT (lane, address) DO UPDATE SET rest_until = greatest(contacts.rest_until, excluded.rest_until);

-- closeWindows
INSERT INTO contacts (lane, address, window_closed)
SELECT * FROM unnest(:lane::bigint[], :address::text[], :at::bigint[]) AS p(lane, address, window_closed)
ON CONFLICT (lane, address) DO UPDATE SET window_closed = excluded.window_closed;

-- inReplyTo
SELECT in_reply_to FROM inbound
WHERE account = (:account::text[])[1] AND address = (:address::text[])[1] AND provider_id = (:provider_id::text[])[1];

-- byWaID
SELECT address FROM contacts WHERE lane = (:lane::bigint[])[1] AND wa_id = (:wa_id::text[])[1];

-- saveWaIDs
INSERT INTO contacts (lane, address, wa_id)
SELECT DISTINCT ON (s.lane, s.recipient) s.lane, s.recipient, p.wa_id
FROM unnest(:send::bigint[], :wa_id::text[]) AS p(send, wa_id) JOIN sends s ON s.key = p.send
ON CONFLICT (lane, address) DO UPDATE SET wa_id = excluded.wa_id;

-- savePairs
INSERT INTO pairs (lane, address, paid_back)
SELECT * FROM unnest(:owner::bigint[], :address::text[], :at::bigint[]) AS p(lane, address, paid_back)
ON CONFLICT (lane, address) DO UPDATE SET paid_back = excluded.paid_back;

-- saveRecipients
INSERT INTO recipients (lane_group, address, counted)
SELECT * FROM unnest(:owner::bigint[], :address::text[], :at::bigint[]) AS p(lane_group, address, counted)
ON CONFLICT (lane_group, address) DO UPDATE SET counted = excluded.counted;

-- prunePairs
DELETE FROM pairs WHERE paid_back < (:before::bigint[])[1];

-- pruneRecipients
DELETE FROM recipients WHERE counted < (:before::bigint[])[1];

-- pruneInbound
DELETE FROM inbound WHERE at < (:before::bigint[])[1];
