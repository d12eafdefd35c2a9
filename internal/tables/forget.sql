-- What is left of a recipe that was deleted long ago. Its rows of the ledger are found by the index event_log_by_subject, its
-- grocery requests by event_log_groceries.

-- Recipes that were deleted until a time, and that aren't forgotten, by that time.
-- name: RecipesToForget :many
SELECT user_id, id FROM recipes WHERE deleted_at IS NOT NULL AND name <> '' AND deleted_at <= @until ORDER BY deleted_at LIMIT @most;

-- name: RecipeToForget :one
SELECT version, change, created_at, updated_at FROM recipes
WHERE user_id = $1 AND id = $2 AND deleted_at <= $3 AND name <> '';

-- How many events of a recipe ($1 its subject) and of the grocery requests for it ($2 the user, $3 its id) no stream has yet.
-- name: CountUnpublishedOf :one
SELECT ((SELECT count(*) FROM event_log e WHERE hashtextextended(e.subject, 0) = hashtextextended($1, 0) AND e.subject = $1
		AND e.published_at IS NULL)
	+ (SELECT count(*) FROM event_log e WHERE e.user_id = $2 AND e.type = 'grocery.requested' AND e.data -> 'recipe' ->> 'id' = $3::text
		AND e.published_at IS NULL))::bigint;

-- name: DropVersions :exec
DELETE FROM event_log WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version < $2;

-- The row of the deletion says nothing more that would have to be packed, so it goes without the filler. It waits for the relay
-- again where that is to publish it ($5), and keeps its old place in the stream until then, by which the relay knows it.
-- name: EmptyDeletion :exec
UPDATE event_log SET data = $3, schema_version = $4, traceparent = '', filler = NULL,
	published_at = CASE WHEN $5::boolean THEN NULL ELSE published_at END, stream_sequence = coalesce(stream_sequence, 0)
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version = $2;

-- What is left of a grocery request is written as encoding/json writes it.
-- name: EmptyRequests :exec
UPDATE event_log SET traceparent = '', filler = NULL,
	published_at = CASE WHEN $4::boolean AND stream_sequence > 0 THEN NULL ELSE published_at END,
	data = ('{"request_id":' || (data -> 'request_id')::text || ',"recipe":{"id":' || (data -> 'recipe' -> 'id')::text
		|| ',"name":""},"servings":null,"items":[]}')::json
WHERE user_id = $1 AND type = 'grocery.requested' AND data -> 'recipe' ->> 'id' = $2::text
	AND change < $3 AND data -> 'recipe' ->> 'name' <> '';

-- What the stream has of a recipe ($1 its user, $2 its id) before a version ($3) is to be taken out of it. It may be noted.
-- name: NoteRemoval :exec
INSERT INTO text_removals (user_id, recipe_id, version) VALUES ($1, $2, $3)
ON CONFLICT (user_id, recipe_id) DO UPDATE SET
	version = greatest(text_removals.version, excluded.version), noted_at = excluded.noted_at;

-- name: DropRemovals :exec
DELETE FROM text_removals WHERE noted_at < $1;

-- name: Removed :exec
DELETE FROM text_removals WHERE user_id = $1 AND recipe_id = $2 AND version = $3;

-- The forgotten recipes behind one whose older messages are still in the stream; requests are the subjects of their grocery
-- requests.
-- name: Removals :many
SELECT r.user_id, r.recipe_id, r.version,
	(coalesce(e.published_at IS NOT NULL, true) AND NOT EXISTS (SELECT FROM event_log g WHERE g.user_id = r.user_id
		AND g.type = 'grocery.requested' AND g.data -> 'recipe' ->> 'id' = r.recipe_id::text AND g.published_at IS NULL))::boolean AS published,
	coalesce(e.stream_sequence, 0)::bigint AS sequence,
	ARRAY(SELECT g.subject FROM event_log g WHERE g.user_id = r.user_id AND g.type = 'grocery.requested'
		AND g.data -> 'recipe' ->> 'id' = r.recipe_id::text AND g.data -> 'recipe' ->> 'name' = '')::text[] AS requests
FROM text_removals r LEFT JOIN event_log e ON e.version = r.version
	AND e.subject = ('larder.recipe.' || r.user_id || '.' || r.recipe_id)
	AND hashtextextended(e.subject, 0) = hashtextextended(('larder.recipe.' || r.user_id || '.' || r.recipe_id), 0)
WHERE (r.user_id, r.recipe_id) > (@user_id::uuid, @recipe_id::uuid) ORDER BY r.user_id, r.recipe_id LIMIT @most;

-- The clock begins with the time of the ledger's last row, or the machine's where that is earlier.
-- name: SetClock :one
INSERT INTO retention_clock AS was (at, keep)
VALUES (least(@now::timestamptz, (SELECT e.time FROM event_log e ORDER BY e.id DESC LIMIT 1)), @keep)
ON CONFLICT (one) DO UPDATE SET at = greatest(least(@now::timestamptz, was.at + @step::interval), was.at - @step::interval),
	keep = excluded.keep
RETURNING at;

-- name: Clock :one
SELECT at, keep FROM retention_clock;
