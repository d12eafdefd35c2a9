-- Accounts, with the epoch of the database they are read from: an account's version only counts within an epoch.

-- name: UserByName :one
SELECT id, name, password_hash, admin, grocery, disabled, version, created_at, updated_at, (SELECT epoch FROM epoch) AS epoch
FROM users WHERE name_key = $1;

-- name: UserByID :one
SELECT id, name, password_hash, admin, grocery, disabled, version, created_at, updated_at, (SELECT epoch FROM epoch) AS epoch
FROM users WHERE id = $1;

-- name: Users :many
SELECT id, name, password_hash, admin, grocery, disabled, version, created_at, updated_at, (SELECT epoch FROM epoch) AS epoch
FROM users ORDER BY name_key;

-- The account's own flag, because a session's copy may lag behind a revocation.
-- name: HasGrocery :one
SELECT (grocery AND NOT disabled)::boolean FROM users WHERE id = $1;

-- name: AddUser :exec
INSERT INTO users (id, name, name_key, password_hash, admin, grocery, disabled, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: AddUserChanges :exec
INSERT INTO user_changes (user_id, change) VALUES ($1, 1);

-- name: ChangeUser :exec
UPDATE users SET password_hash = $2, admin = $3, grocery = $4, disabled = $5, version = $6, updated_at = $7 WHERE id = $1;

-- One statement per table that has rows of a user. Delete from user_changes after the last ledger entry is written: the entry
-- takes its change number from there.

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

-- Keeps the entry of the deletion, as the primary's ledger does.
-- name: DeleteEntriesBefore :exec
DELETE FROM event_log WHERE user_id = $1 AND type <> 'user.deleted';
