-- Held for a step that comes before the one after it.
SELECT 1;
