-- A parameter is a column of the batch: one statement takes all its rows.

-- sends
/* Of a tenant's senders to one address, in the order of their keys. */
SELECT s.key, s.state FROM sends s JOIN lanes l ON l.key = s.lane
WHERE s.recipient = (:address::text[])[1] AND s.key > (:after::bigint[])[1]
  AND l.app = (:app::text[])[1] AND l.company = (:company::text[])[1]
ORDER BY s.key LIMIT (:limit::bigint[])[1];

-- sendProviderIDs
DELETE FROM provider_ids WHERE send = ANY(:send::bigint[]);

-- sendChoices
DELETE FROM choices c USING sends s WHERE s.key = ANY(:send::bigint[]) AND c.flow = s.flow AND c.send = s.key;

-- contacts
DELETE FROM contacts WHERE address = (:address::text[])[1]
  AND lane IN (SELECT key FROM lanes WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]);

-- keepOptOuts
/* That they want nothing more is all that is left of them. */
UPDATE contacts SET last_inbound = NULL, wa_id = NULL, rest_until = NULL, window_closed = NULL
WHERE address = (:address::text[])[1] AND opt_out IS NOT NULL
  AND lane IN (SELECT key FROM lanes WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]);

-- otherContacts
DELETE FROM contacts WHERE address = (:address::text[])[1] AND opt_out IS NULL
  AND lane IN (SELECT key FROM lanes WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]);

-- pairs
DELETE FROM pairs WHERE address = (:address::text[])[1]
  AND lane IN (SELECT key FROM lanes WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]);

-- recipients
DELETE FROM recipients WHERE address = (:address::text[])[1]
  AND lane_group IN (SELECT lane_group FROM lanes WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]);

-- marketingRests
DELETE FROM marketing_rests WHERE address = (:address::text[])[1]
  AND lane_group IN (SELECT lane_group FROM lanes WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]);

-- reach
DELETE FROM reach WHERE app = (:app::text[])[1] AND company = (:company::text[])[1] AND address = (:address::text[])[1];

-- faults
/* Lines of uploads that were refused say what stood there. */
DELETE FROM campaign_faults WHERE strpos(detail, (:digits::text[])[1]) > 0
  AND campaign IN (SELECT key FROM campaigns WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]);

-- deliveries
DELETE FROM deliveries WHERE app = (:app::text[])[1] AND company = (:company::text[])[1]
  AND position(convert_to((:digits::text[])[1], 'UTF8') IN body) > 0;

-- rawEvents
/* Webhooks as they came, to a number of the tenant's. */
DELETE FROM raw_events WHERE position(convert_to((:digits::text[])[1], 'UTF8') IN body) > 0
  AND EXISTS (SELECT 1 FROM lanes l WHERE l.app = (:app::text[])[1] AND l.company = (:company::text[])[1]
    AND strpos(numbers, ' ' || ltrim(l.address, '+') || ' ') > 0);

-- parked
DELETE FROM parked WHERE position(convert_to((:digits::text[])[1], 'UTF8') IN callback) > 0
  AND EXISTS (SELECT 1 FROM lanes l WHERE l.app = (:app::text[])[1] AND l.company = (:company::text[])[1]
    AND position(convert_to(ltrim(l.address, '+'), 'UTF8') IN callback) > 0);

-- inbound
/* By which a message is known when it comes once more. */
DELETE FROM inbound WHERE (account, address, provider_id) IN (
  SELECT l.account, l.name, m.provider_id FROM inbound_messages m JOIN conversations c ON c.key = m.conversation
  JOIN lanes l ON l.key = c.lane WHERE m.conversation = ANY(:conversation::bigint[]));

-- messages
DELETE FROM inbound_messages WHERE conversation = ANY(:conversation::bigint[]);

-- changes
DELETE FROM conversation_changes WHERE conversation = ANY(:conversation::bigint[]);

-- notes
DELETE FROM conversation_notes WHERE conversation = ANY(:conversation::bigint[]);

-- assistantCalls
DELETE FROM assistant_calls WHERE conversation = ANY(:conversation::bigint[]);

-- assistantPlaces
DELETE FROM assistant_places WHERE conversation = ANY(:conversation::bigint[]);

-- assistantReplies
DELETE FROM assistant_replies WHERE conversation = ANY(:conversation::bigint[]);

-- assistantUse
DELETE FROM assistant_use WHERE scope = 0 AND name IN (SELECT k::text FROM unnest(:conversation::bigint[]) AS p(k));

-- conversations
DELETE FROM conversations WHERE key = ANY(:conversation::bigint[]);

-- identities
DELETE FROM identities WHERE person = ANY(:person::bigint[]);

-- merges
DELETE FROM merges WHERE into_person = ANY(:person::bigint[]) OR from_person = ANY(:person::bigint[]);

-- persons
DELETE FROM persons WHERE key = ANY(:person::bigint[]);
