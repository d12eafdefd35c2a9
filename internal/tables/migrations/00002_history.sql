-- The history of one recipe is its rows of the ledger. A subject is long, and is only ever compared whole: a
-- hash index keeps four bytes of it, so that a write pays little for it.

-- +goose Up
CREATE INDEX event_log_by_subject ON event_log USING hash (subject);

-- +goose Down
DROP INDEX event_log_by_subject;
