-- What finds the recipe that a file is on, and whether anything names the bytes with a hash. Files are a
-- part of their recipe's row and of nothing else, so that the two can't disagree.

-- +goose Up
CREATE INDEX recipes_by_file ON recipes USING gin (files jsonb_path_ops);

-- +goose Down
DROP INDEX recipes_by_file;
