-- What else a provider tells of a template, and when it told it: news that comes late loses to newer news.
ALTER TABLE templates ADD COLUMN id text NOT NULL DEFAULT '';
ALTER TABLE templates ADD COLUMN format text NOT NULL DEFAULT '';
ALTER TABLE templates ADD COLUMN rejection text NOT NULL DEFAULT '';
ALTER TABLE templates ADD COLUMN announced text NOT NULL DEFAULT '';
ALTER TABLE templates ADD COLUMN announced_at bigint NOT NULL DEFAULT 0;
ALTER TABLE templates ADD COLUMN status_at bigint NOT NULL DEFAULT 0;
ALTER TABLE templates ADD COLUMN quality_at bigint NOT NULL DEFAULT 0;
ALTER TABLE templates ADD COLUMN category_at bigint NOT NULL DEFAULT 0;
-- When somebody asked for a template that the list does not have.
ALTER TABLE template_lists ADD COLUMN wanted_at bigint NOT NULL DEFAULT 0;
