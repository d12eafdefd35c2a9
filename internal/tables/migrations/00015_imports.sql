-- +goose Up

-- A person's imports are listed, newest first, among all their events.
CREATE INDEX event_log_imports ON event_log (user_id, change) WHERE type = 'import.requested';

-- +goose Down
DROP INDEX event_log_imports;
