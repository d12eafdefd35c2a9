-- Accounts, with the epoch of the database that they are read from: versions are those of an epoch.

-- name: UserByName :one
SELECT id, name, password_hash, admin, grocery, disabled, version, created_at, updated_at, (SELECT epoch FROM epoch) AS epoch
FROM users WHERE name_key = $1;

-- name: UserByID :one
SELECT id, name, password_hash, admin, grocery, disabled, version, created_at, updated_at, (SELECT epoch FROM epoch) AS epoch
FROM users WHERE id = $1;

-- name: Users :many
SELECT id, name, password_hash, admin, grocery, disabled, version, created_at, updated_at, (SELECT epoch FROM epoch) AS epoch
FROM users ORDER BY name_key;

-- The account's right, asked anew: the session's copy may be a moment behind a revocation.
-- name: HasGrocery :one
SELECT (grocery AND NOT disabled)::boolean FROM users WHERE id = $1;

-- name: AddUser :exec
INSERT INTO users (id, name, name_key, password_hash, admin, grocery, disabled, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: AddUserChanges :exec
INSERT INTO user_changes (user_id, change) VALUES ($1, 1);

-- name: ChangeUser :exec
UPDATE users SET password_hash = $2, admin = $3, grocery = $4, disabled = $5, version = $6, updated_at = $7 WHERE id = $1;

-- What is there of a user, each by a statement of its own. The row of their changes comes late, since the ledger's last row for
-- them takes its number from it.

-- name: DeleteIngredientsOf :exec
DELETE FROM ingredients WHERE user_id = $1;

-- name: DeleteRecipesOf :exec
DELETE FROM recipes WHERE user_id = $1;

-- name: DeleteKeysOf :exec
DELETE FROM idempotency_keys WHERE user_id = $1;

-- name: DeleteEntriesOf :exec
DELETE FROM event_log WHERE user_id = $1;

-- name: DeleteFileRemovalsOf :exec
DELETE FROM file_removals WHERE user_id = $1;

-- name: DeleteTextRemovalsOf :exec
DELETE FROM text_removals WHERE user_id = $1;

-- name: DeleteChangesOf :exec
DELETE FROM user_changes WHERE user_id = $1;

-- name: DeleteUser :exec
DELETE FROM users WHERE id = $1;

-- All but the row that tells of the deletion, which the backup's ledger keeps as the primary's does.
-- name: DeleteEntriesBefore :exec
DELETE FROM event_log WHERE user_id = $1 AND type <> 'user.deleted';
