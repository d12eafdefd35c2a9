-- What is asked of the ledger again and again reads what it gives, however many rows there are beside it.

-- +goose Up
-- The rows of a subject by version, so that the last one is found without reading those before it. The hash keeps a
-- subject of 87 characters out of the index, which is as large as the one that it replaces; a query says both, since two
-- subjects can have one hash.
DROP INDEX event_log_by_subject;
CREATE INDEX event_log_by_subject ON event_log (hashtextextended(subject, 0), version, id);
-- What of one user the relay has yet to publish, beside however many rows of theirs or of others. The condition is
-- another one than that of event_log_unpublished, which the planner would take for a user who has most of the rows.
CREATE INDEX event_log_unpublished_by_user ON event_log (user_id) WHERE (published_at IS NULL) IS TRUE;

-- +goose Down
DROP INDEX event_log_unpublished_by_user;
DROP INDEX event_log_by_subject;
CREATE INDEX event_log_by_subject ON event_log USING hash (subject);
