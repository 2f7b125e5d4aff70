-- Files that were handed to us to be sent. What is in them lies in a folder, by the hash and the id.

CREATE TABLE media (
  id TEXT NOT NULL PRIMARY KEY,
  app TEXT NOT NULL,
  company TEXT NOT NULL,
  -- Who knows it may fetch the file.
  token TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL,
  kind TEXT NOT NULL,
  type TEXT NOT NULL,
  name TEXT NOT NULL,
  size INTEGER NOT NULL,
  created INTEGER NOT NULL,
  until INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE INDEX media_by_end ON media (until);
