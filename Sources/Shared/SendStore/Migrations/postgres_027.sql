-- Where the sends stand that were made within an hour, as far as their changes are published.

-- The hour begins at `at`.
CREATE TABLE standings (
  at bigint NOT NULL,
  app text NOT NULL,
  company text NOT NULL,
  state bigint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (at, app, company, state)
);
