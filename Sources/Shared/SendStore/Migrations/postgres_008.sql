-- The changes of a send are packed beside it, and those of one transaction that are to be published stand in one row
-- of the outbox: `send` and `last` are then the first and the last of the sends in it. What workers of an earlier
-- version wrote stays as it is. As long as one of them is alive everybody writes as they do: see `form` in `workers`
-- and `facts`.
ALTER TABLE sends ADD COLUMN history bytea;
ALTER TABLE outbox ADD COLUMN last bigint, ADD COLUMN changes bytea;
ALTER TABLE workers ADD COLUMN form bigint NOT NULL DEFAULT 0;
INSERT INTO facts SELECT 'form', (NOT EXISTS (SELECT 1 FROM workers))::int;
