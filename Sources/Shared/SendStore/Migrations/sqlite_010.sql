-- Templates as their provider has them, by webhook and daily list.
CREATE TABLE templates (
  account TEXT NOT NULL,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  status TEXT NOT NULL,
  category TEXT NOT NULL,
  quality TEXT NOT NULL,
  components BLOB NOT NULL,
  changed_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (account, name, language)
) WITHOUT ROWID;
CREATE TABLE template_lists (
  account TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  listed_at INTEGER NOT NULL,
  failure TEXT NOT NULL
) WITHOUT ROWID;
