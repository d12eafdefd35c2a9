-- Erasing the text of recipes deleted long ago. The index event_log_by_subject finds a recipe's ledger rows, event_log_groceries
-- its grocery requests.

-- Recipes deleted up to a time and not yet erased, oldest deletion first.
-- name: RecipesToForget :many
SELECT user_id, id FROM recipes WHERE deleted_at IS NOT NULL AND name <> '' AND deleted_at <= @until ORDER BY deleted_at LIMIT @most;

-- name: RecipeToForget :one
SELECT version, change, created_at, updated_at FROM recipes
WHERE user_id = $1 AND id = $2 AND deleted_at <= $3 AND name <> '';

-- The number of unpublished events of a recipe ($1 is its subject) and of its grocery requests ($2 is the user, $3 its id).
-- name: CountUnpublishedOf :one
SELECT ((SELECT count(*) FROM event_log e WHERE hashtextextended(e.subject, 0) = hashtextextended($1, 0) AND e.subject = $1
		AND e.published_at IS NULL)
	+ (SELECT count(*) FROM event_log e WHERE e.user_id = $2 AND e.type = 'grocery.requested' AND e.data -> 'recipe' ->> 'id' = $3::text
		AND e.published_at IS NULL))::bigint;

-- name: DropVersions :exec
DELETE FROM event_log WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version < $2;

-- The deletion's entry needs no filler any more: it has nothing to compress. If it is to be published again ($5), it keeps its
-- place in the stream until then, so the relay recognises it.
-- name: EmptyDeletion :exec
UPDATE event_log SET data = $3, schema_version = $4, traceparent = '', filler = NULL,
	published_at = CASE WHEN $5::boolean THEN NULL ELSE published_at END, stream_sequence = coalesce(stream_sequence, 0)
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version = $2;

-- Writes what remains of a grocery request exactly as encoding/json would.
-- name: EmptyRequests :exec
UPDATE event_log SET traceparent = '', filler = NULL,
	published_at = CASE WHEN $4::boolean AND stream_sequence > 0 THEN NULL ELSE published_at END,
	data = ('{"request_id":' || (data -> 'request_id')::text || ',"recipe":{"id":' || (data -> 'recipe' -> 'id')::text
		|| ',"name":""},"servings":null,"items":[]}')::json
WHERE user_id = $1 AND type = 'grocery.requested' AND data -> 'recipe' ->> 'id' = $2::text
	AND change < $3 AND data -> 'recipe' ->> 'name' <> '';

-- Notes that the stream's messages of a recipe ($1 is its user, $2 its id) before version $3 must be removed.
-- name: NoteRemoval :exec
INSERT INTO text_removals (user_id, recipe_id, version) VALUES ($1, $2, $3)
ON CONFLICT (user_id, recipe_id) DO UPDATE SET
	version = greatest(text_removals.version, excluded.version), noted_at = excluded.noted_at;

-- name: DropRemovals :exec
DELETE FROM text_removals WHERE noted_at < $1;

-- name: Removed :exec
DELETE FROM text_removals WHERE user_id = $1 AND recipe_id = $2 AND version = $3;

-- Erased recipes, after a given one, whose older messages are still in the stream. requests holds the subjects of their grocery
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

-- The clock starts at the time of the ledger's last row, or at the machine's time if that is earlier.
-- name: SetClock :one
INSERT INTO retention_clock AS was (at, keep)
VALUES (least(@now::timestamptz, (SELECT e.time FROM event_log e ORDER BY e.id DESC LIMIT 1)), @keep)
ON CONFLICT (one) DO UPDATE SET at = greatest(least(@now::timestamptz, was.at + @step::interval), was.at - @step::interval),
	keep = excluded.keep
RETURNING at;

-- name: Clock :one
SELECT at, keep FROM retention_clock;
