-- Files that were handed to us to be sent. What is in them lies in a folder, by the hash and the id.

CREATE TABLE media (
  id text NOT NULL PRIMARY KEY,
  app text NOT NULL,
  company text NOT NULL,
  -- Who knows it may fetch the file.
  token text NOT NULL UNIQUE,
  hash text NOT NULL,
  kind text NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  size bigint NOT NULL,
  created bigint NOT NULL,
  until bigint NOT NULL
);
CREATE INDEX media_by_end ON media (until);
