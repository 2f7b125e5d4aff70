-- How far budget time is behind the store's, and when a claimed post is counted in it; NULL where a worker of an
-- earlier version wrote it: then at post_by.
ALTER TABLE lane_groups ADD COLUMN budget_lag INTEGER NOT NULL DEFAULT 0;
ALTER TABLE intents ADD COLUMN counted_at INTEGER;
