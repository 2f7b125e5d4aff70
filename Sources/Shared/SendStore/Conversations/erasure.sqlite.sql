-- One row of parameters at a time: a batch runs the statement once for each of its rows.

-- sends
/* Of a tenant's senders to one address, in the order of their keys. */
SELECT s.key, s.state FROM sends s JOIN lanes l ON l.key = s.lane
WHERE s.recipient = :address AND s.key > :after AND l.app = :app AND l.company = :company
ORDER BY s.key LIMIT :limit;

-- sendProviderIDs
DELETE FROM provider_ids WHERE (day, id) IN (SELECT day, id FROM provider_ids WHERE send = :send);

-- sendChoices
DELETE FROM choices WHERE send = :send AND flow = (SELECT flow FROM sends WHERE key = :send);

-- contacts
DELETE FROM contacts WHERE address = :address
  AND lane IN (SELECT key FROM lanes WHERE app = :app AND company = :company);

-- keepOptOuts
/* That they want nothing more is all that is left of them. */
UPDATE contacts SET last_inbound = NULL, wa_id = NULL, rest_until = NULL, window_closed = NULL
WHERE address = :address AND opt_out IS NOT NULL
  AND lane IN (SELECT key FROM lanes WHERE app = :app AND company = :company);

-- otherContacts
DELETE FROM contacts WHERE address = :address AND opt_out IS NULL
  AND lane IN (SELECT key FROM lanes WHERE app = :app AND company = :company);

-- pairs
DELETE FROM pairs WHERE address = :address
  AND lane IN (SELECT key FROM lanes WHERE app = :app AND company = :company);

-- recipients
DELETE FROM recipients WHERE address = :address
  AND lane_group IN (SELECT lane_group FROM lanes WHERE app = :app AND company = :company);

-- marketingRests
DELETE FROM marketing_rests WHERE address = :address
  AND lane_group IN (SELECT lane_group FROM lanes WHERE app = :app AND company = :company);

-- reach
DELETE FROM reach WHERE app = :app AND company = :company AND address = :address;

-- faults
/* Lines of uploads that were refused say what stood there. */
DELETE FROM campaign_faults WHERE instr(detail, :digits) > 0
  AND campaign IN (SELECT key FROM campaigns WHERE app = :app AND company = :company);

-- deliveries
DELETE FROM deliveries WHERE app = :app AND company = :company AND instr(body, CAST(:digits AS BLOB)) > 0;

-- rawEvents
/* Webhooks as they came, to a number of the tenant's. */
DELETE FROM raw_events WHERE instr(CAST(body AS BLOB), CAST(:digits AS BLOB)) > 0 AND EXISTS (SELECT 1 FROM lanes l
  WHERE l.app = :app AND l.company = :company AND instr(numbers, ' ' || ltrim(l.address, '+') || ' ') > 0);

-- parked
DELETE FROM parked WHERE instr(callback, CAST(:digits AS BLOB)) > 0 AND EXISTS (SELECT 1 FROM lanes l
  WHERE l.app = :app AND l.company = :company AND instr(callback, CAST(ltrim(l.address, '+') AS BLOB)) > 0);

-- inbound
/* By which a message is known when it comes once more. */
DELETE FROM inbound WHERE (account, address, provider_id) IN (
  SELECT l.account, l.name, m.provider_id FROM inbound_messages m JOIN conversations c ON c.key = m.conversation
  JOIN lanes l ON l.key = c.lane WHERE m.conversation = :conversation);

-- messages
DELETE FROM inbound_messages WHERE conversation = :conversation;

-- changes
DELETE FROM conversation_changes WHERE conversation = :conversation;

-- notes
DELETE FROM conversation_notes WHERE conversation = :conversation;

-- assistantCalls
DELETE FROM assistant_calls WHERE conversation = :conversation;

-- assistantPlaces
DELETE FROM assistant_places WHERE conversation = :conversation;

-- assistantReplies
DELETE FROM assistant_replies WHERE conversation = :conversation;

-- assistantUse
DELETE FROM assistant_use WHERE scope = 0 AND name = CAST(:conversation AS TEXT);

-- conversations
DELETE FROM conversations WHERE key = :conversation;

-- identities
DELETE FROM identities WHERE person = :person;

-- merges
DELETE FROM merges WHERE into_person = :person OR from_person = :person;

-- persons
DELETE FROM persons WHERE key = :person;
