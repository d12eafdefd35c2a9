-- Imports have no table of their own: an import's state is what its events in the ledger add up to.

-- The events of an import ($1 is its subject) after a version, oldest first.
-- name: ImportEvents :many
SELECT type, schema_version, version, time, data FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended(@subject, 0) AND subject = @subject AND version > @after ORDER BY version, id;

-- The version of an import's last event; 0 if there is none.
-- name: ImportVersion :one
SELECT coalesce(max(version), 0)::bigint FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1;

-- A user's imports, newest first.
-- name: ImportSubjects :many
SELECT subject, change FROM event_log WHERE user_id = @user_id AND type = 'import.requested' AND change < @before
ORDER BY change DESC LIMIT @most;

-- The names of those recipes that still exist.
-- name: NamesOf :many
SELECT id, name FROM recipes WHERE user_id = $1 AND id = ANY($2::uuid[]) AND deleted_at IS NULL;
