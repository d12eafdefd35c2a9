-- What every write needs: the lock under which a user's changes are numbered, the ledger, and the stored answers that make a
-- command repeatable.

-- name: LockUser :one
SELECT change FROM user_changes WHERE user_id = $1 FOR UPDATE;

-- name: LastChange :one
SELECT change FROM user_changes WHERE user_id = $1;

-- Draws the user's next change number. Later statements of the transaction read it from the row.
-- name: DrawChange :one
UPDATE user_changes SET change = change + 1 WHERE user_id = $1 RETURNING change;

-- Takes the change number from user_changes, where DrawChange has put it.
-- name: InsertEntry :exec
INSERT INTO event_log (user_id, event_id, type, schema_version, subject, version, change, time, traceparent, data)
VALUES ($1, $2, $3, $4, $5, $6, (SELECT u.change FROM user_changes u WHERE u.user_id = $1), $7, $8, $9);

-- The answer stored under a key. Its body is NULL if it was an event's text that has since been erased.
-- name: Kept :one
SELECT k.request_hash, k.status, k.headers,
	(CASE WHEN k.event_id IS NULL THEN k.body ELSE convert_to(l.data::text, 'UTF8') END)::bytea AS body
FROM idempotency_keys k LEFT JOIN event_log l ON l.event_id = k.event_id WHERE k.user_id = $1 AND k.key = $2;

-- name: KeepAnswer :exec
INSERT INTO idempotency_keys (user_id, key, request_hash, status, headers, body, event_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: SweepKeys :execrows
DELETE FROM idempotency_keys WHERE ctid IN (SELECT k.ctid FROM idempotency_keys k WHERE k.created_at < @before LIMIT @most);

-- Nobody sweeps the keys of a backup.
-- name: DropKeys :exec
DELETE FROM idempotency_keys WHERE created_at < $1;
