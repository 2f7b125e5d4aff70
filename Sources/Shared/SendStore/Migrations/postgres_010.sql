-- Templates as their provider has them, by webhook and daily list.
CREATE TABLE templates (
  account text NOT NULL,
  name text NOT NULL,
  language text NOT NULL,
  status text NOT NULL,
  category text NOT NULL,
  quality text NOT NULL,
  components bytea NOT NULL,
  changed_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  PRIMARY KEY (account, name, language)
);
CREATE TABLE template_lists (
  account text PRIMARY KEY,
  version bigint NOT NULL,
  listed_at bigint NOT NULL,
  failure text NOT NULL
);
