-- Ways to find sends. None of these is touched when a send changes its state, but for the few that fail:
-- what changes often stands in no index.

CREATE INDEX sends_by_recipient ON sends (recipient, key);

CREATE INDEX provider_ids_by_send ON provider_ids (send, attempt);

-- A flow's sends in the order in which they were taken in; only of flows that are a campaign's.
CREATE TABLE campaign_sends (
  flow bigint NOT NULL,
  send bigint NOT NULL,
  PRIMARY KEY (flow, send)
);
INSERT INTO campaign_sends
SELECT s.flow, s.key FROM sends s JOIN flows f ON f.key = s.flow WHERE f.campaign <> '' ORDER BY s.flow, s.key;

CREATE INDEX flows_by_campaign ON flows (campaign) WHERE campaign <> '';

CREATE INDEX history_ended ON history (state, send) WHERE state >= 7;

-- The head of each line, and what is due, however much waits behind an address that is down.
DROP INDEX deliveries_waiting;
CREATE INDEX deliveries_by_line ON deliveries (app, company, line, seq) WHERE done IS NULL;
CREATE INDEX deliveries_due ON deliveries (app, company, due, seq) WHERE done IS NULL;
