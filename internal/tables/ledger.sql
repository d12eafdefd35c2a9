-- The ground of every write of a user: the lock under which their changes are numbered, the ledger, and the answers that make a
-- command repeatable.

-- name: LockUser :one
SELECT change FROM user_changes WHERE user_id = $1 FOR UPDATE;

-- name: LastChange :one
SELECT change FROM user_changes WHERE user_id = $1;

-- The user's next change number, which the statements after it read from the row.
-- name: DrawChange :one
UPDATE user_changes SET change = change + 1 WHERE user_id = $1 RETURNING change;

-- The change number is taken from user_changes, where DrawChange has put it in the same transaction.
-- name: InsertEntry :exec
INSERT INTO event_log (user_id, event_id, type, schema_version, subject, version, change, time, traceparent, data)
VALUES ($1, $2, $3, $4, $5, $6, (SELECT u.change FROM user_changes u WHERE u.user_id = $1), $7, $8, $9);

-- The answer under a key; its body is NULL where the event that had it has no text now.
-- name: Kept :one
SELECT k.request_hash, k.status, k.headers,
	(CASE WHEN k.event_id IS NULL THEN k.body ELSE convert_to(l.data::text, 'UTF8') END)::bytea AS body
FROM idempotency_keys k LEFT JOIN event_log l ON l.event_id = k.event_id WHERE k.user_id = $1 AND k.key = $2;

-- name: KeepAnswer :exec
INSERT INTO idempotency_keys (user_id, key, request_hash, status, headers, body, event_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: SweepKeys :execrows
DELETE FROM idempotency_keys WHERE ctid IN (SELECT k.ctid FROM idempotency_keys k WHERE k.created_at < @before LIMIT @most);

-- The keys of a backup, which nobody sweeps there.
-- name: DropKeys :exec
DELETE FROM idempotency_keys WHERE created_at < $1;
