-- rest_until: nothing to this person before then. window_closed: when the provider last said that free text
-- does not reach them.
ALTER TABLE contacts ADD COLUMN rest_until INTEGER;
ALTER TABLE contacts ADD COLUMN window_closed INTEGER;
