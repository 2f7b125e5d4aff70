-- Where and how the states of a send are told beside events, where whoever asked for it wants that: JSON.
CREATE TABLE reports (send bigint PRIMARY KEY, report bytea NOT NULL);
