-- Contacts that can be looked for, merged and parted again, where an opt-out came from, and words that can be searched.

-- Small letters without accents.
ALTER TABLE persons ADD COLUMN folded text NOT NULL DEFAULT '';
UPDATE persons SET folded = lower(coalesce(name, ''));
-- They turned out to be that one.
ALTER TABLE persons ADD COLUMN merged_into bigint;
CREATE INDEX persons_by_tenant ON persons (app, company, key);
CREATE INDEX identities_by_value ON identities (value);

-- What became whose, so that it can be undone. JSON: identities are pairs of kind and value, conversations are ids.
CREATE TABLE merges (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  into_person bigint NOT NULL,
  from_person bigint NOT NULL,
  at bigint NOT NULL,
  actor text NOT NULL,
  identities text NOT NULL,
  conversations text NOT NULL,
  undone bigint
);
CREATE INDEX merges_into ON merges (into_person);
CREATE INDEX merges_from ON merges (from_person);

-- The conversation in which this one goes on, as their contacts are one.
ALTER TABLE conversations ADD COLUMN continued_in bigint;
CREATE INDEX conversations_continued ON conversations (continued_in) WHERE continued_in IS NOT NULL;

ALTER TABLE contacts ADD COLUMN opt_out_source text;

-- Accents make no difference to who looks for a word. The form of its body has its names bound once and for all.
CREATE FUNCTION fold_words(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN translate(lower(words),
    'àáâãäåèéêëìíîïòóôõöøùúûüýÿçñ',
    'aaaaaaeeeeiiiioooooouuuuyycn');
CREATE INDEX inbound_messages_words ON inbound_messages USING gin (to_tsvector('simple', fold_words(words)));
CREATE INDEX inbound_messages_by_provider ON inbound_messages (provider_id);
