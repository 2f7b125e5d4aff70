-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- insertInbound
INSERT INTO inbound (account, address, provider_id, at, in_reply_to)
VALUES (:account, :address, :provider_id, :at, :in_reply_to)
ON CONFLICT DO NOTHING
RETURNING provider_id;

-- openWindows
/* A message that comes late does not move a window back. */
INSERT INTO contacts (lane, address, last_inbound, wa_id)
VALUES (:lane, :address, :last_inbound, :wa_id)
ON CONFLICT (lane, address) DO UPDATE SET wa_id = coalesce(excluded.wa_id, contacts.wa_id),
  last_inbound = max(coalesce(contacts.last_inbound, excluded.last_inbound), excluded.last_inbound);

-- saveOptOuts
INSERT INTO contacts (lane, address, opt_out, opted_out, opt_out_source)
VALUES (:lane, :address, :opt_out, :opted_out, :source)
ON CONFLICT (lane, address) DO UPDATE SET opt_out = excluded.opt_out, opted_out = excluded.opted_out,
  opt_out_source = excluded.opt_out_source;

-- saveMarketingOptOuts
/* Who wants nothing at all wants no marketing either, and stays out of all. */
INSERT INTO contacts (lane, address, opt_out, opted_out, opt_out_source)
VALUES (:lane, :address, :opt_out, :opted_out, :source)
ON CONFLICT (lane, address) DO UPDATE SET opt_out = excluded.opt_out, opted_out = excluded.opted_out,
  opt_out_source = excluded.opt_out_source
WHERE contacts.opt_out IS NOT 'everything';

-- ofPerson
/* As the senders of a tenant see those addresses. */
SELECT l.name AS sender, k.address, k.last_inbound, k.window_closed, k.opt_out, k.opted_out, k.opt_out_source
FROM contacts k JOIN lanes l ON l.key = k.lane 
WHERE k.address = :address AND l.app = :app AND l.company = :company ORDER BY l.name;

-- contact
SELECT last_inbound, opt_out, opted_out, wa_id, window_closed FROM contacts WHERE lane = :lane AND address = :address;

-- optedOut
SELECT lane, address FROM contacts WHERE lane = :lane AND address = :address AND opt_out = 'everything';

-- acquainted
/* Whom a person wrote to or opted out of, and when last. 0 where they were only written to. */
SELECT lane, address, max(coalesce(last_inbound, 0), coalesce(opted_out, 0)) AS at FROM contacts
WHERE address = :address;

-- rest
INSERT INTO contacts (lane, address, rest_until)
VALUES (:lane, :address, :at)
ON CONFLICT (lane, address) DO UPDATE SET rest_until = max(coalesce(contacts.rest_until, 0), excluded.rest_until);

-- closeWindows
INSERT INTO contacts (lane, address, window_closed)
VALUES (:lane, :address, :at)
ON CONFLICT (lane, address) DO UPDATE SET window_closed = excluded.window_closed;

-- inReplyTo
SELECT in_reply_to FROM inbound WHERE account = :account AND address = :address AND provider_id = :provider_id;

-- byWaID
SELECT address FROM contacts WHERE lane = :lane AND wa_id = :wa_id;

-- saveWaIDs
INSERT INTO contacts (lane, address, wa_id)
SELECT s.lane, s.recipient, :wa_id FROM sends s WHERE s.key = :send
ON CONFLICT (lane, address) DO UPDATE SET wa_id = excluded.wa_id;

-- savePairs
INSERT INTO pairs (lane, address, paid_back)
VALUES (:owner, :address, :at)
ON CONFLICT (lane, address) DO UPDATE SET paid_back = excluded.paid_back;

-- saveRecipients
INSERT INTO recipients (lane_group, address, counted)
VALUES (:owner, :address, :at)
ON CONFLICT (lane_group, address) DO UPDATE SET counted = excluded.counted;

-- prunePairs
DELETE FROM pairs WHERE paid_back < :before;

-- pruneRecipients
DELETE FROM recipients WHERE counted < :before;

-- pruneInbound
DELETE FROM inbound WHERE at < :before;
