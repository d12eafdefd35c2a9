-- Files of recipes: which bytes recipes name, how much room a user has, and the removal of bytes that no recipe names.

-- name: CountFiles :one
SELECT jsonb_array_length(files)::bigint FROM recipes WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL;

-- name: HasUser :one
SELECT EXISTS (SELECT FROM user_changes WHERE user_id = $1);

-- name: OwnerState :one
SELECT EXISTS (SELECT FROM user_changes WHERE user_id = $1) AS there,
	coalesce((SELECT u.disabled FROM users u WHERE u.id = $1), false)::boolean AS disabled;

-- A user's files, including those of recipes deleted after a time.
-- name: FileUsage :one
SELECT count(*) AS files, coalesce(sum((file.value ->> 'size')::bigint), 0)::bigint AS bytes
FROM recipes, jsonb_array_elements(files) AS file
WHERE user_id = $1 AND files <> '[]' AND (deleted_at IS NULL OR deleted_at > $2);

-- name: CountNamed :one
SELECT count(DISTINCT (user_id, file.value ->> 'sha256')) FROM recipes, jsonb_array_elements(files) AS file WHERE deleted_at IS NULL;

-- name: NamedAfter :many
SELECT user_id, id, files FROM recipes
WHERE (user_id, id) > ($1::uuid, $2::uuid) AND deleted_at IS NULL AND files <> '[]' ORDER BY user_id, id LIMIT $3;

-- The hashes ($2) that no recipe of a user ($1) names, not even one deleted after a time ($3).
-- name: Unnamed :many
SELECT asked.hash::text FROM (SELECT unnest($2::text[]) AS hash) AS asked WHERE NOT EXISTS (
	SELECT FROM recipes r WHERE r.user_id = $1 AND (r.deleted_at IS NULL OR r.deleted_at > $3)
		AND r.files @> jsonb_build_array(jsonb_build_object('sha256', asked.hash)));

-- name: FileRemoval :one
SELECT number, (NOT done AND begun_at > now() - make_interval(secs => $3))::boolean AS under_way FROM file_removals
WHERE user_id = $1 AND sha256 = $2;

-- Whether a removal has begun since removal $3.
-- name: RemovedSince :one
SELECT (coalesce((SELECT f.number FROM file_removals f WHERE f.user_id = $1 AND f.sha256 = $2), 0) <> $3::bigint)::boolean;

-- name: BeginRemovals :many
INSERT INTO file_removals AS known (user_id, sha256) SELECT $1::uuid, unnest($2::text[])
ON CONFLICT (user_id, sha256) DO UPDATE SET number = excluded.number, begun_at = excluded.begun_at, done = false
WHERE known.done OR known.begun_at < now() - make_interval(secs => $3)
RETURNING sha256, number;

-- name: EndRemovals :exec
UPDATE file_removals SET done = true WHERE user_id = $1 AND number = ANY(@numbers::bigint[]);

-- name: ForgetFileRemovals :exec
DELETE FROM file_removals WHERE begun_at < now() - make_interval(secs => $1);
