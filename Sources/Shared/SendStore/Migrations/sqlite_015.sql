-- Where and how the states of a send are told beside events, where whoever asked for it wants that: JSON.
CREATE TABLE reports (send INTEGER PRIMARY KEY, report BLOB NOT NULL) STRICT;
