-- A row of ingredients may say a second amount: 1 pound (500 g), 2 cans (400 g each). NULL is none, which is also what
-- a writer of before leaves, so that old and new components may write side by side while they are rolled out.

-- +goose Up
ALTER TABLE ingredients ADD COLUMN second jsonb; -- {quantity, quantity_max, unit, relation} as in the events

-- +goose Down
ALTER TABLE ingredients DROP COLUMN second;
