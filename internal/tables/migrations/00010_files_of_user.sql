-- +goose Up

-- How much a person's files take is asked at each upload, and most recipes have none.
CREATE INDEX recipes_with_files ON recipes (user_id) WHERE files <> '[]';

-- +goose Down

DROP INDEX recipes_with_files;
