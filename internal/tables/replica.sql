-- What the replica projection writes besides recipes. Each statement does nothing if the row is as new as the event (or newer,
-- for an event published again). The search path selects the live tables or those of a rebuild.

-- The primary never has two accounts with one name, but here the newer account's event can come before the older one's deletion.
-- That deletion may be further back in the same lane, so don't wait for it: the account that changed last ($2, at $3) gets the
-- name ($1), and the other gets its id as its name.
-- name: FreeName :exec
UPDATE users SET name_key = id::text WHERE name_key = $1 AND id <> $2 AND updated_at < $3;

-- name: ReplicateUser :exec
INSERT INTO users AS have (id, name, name_key, password_hash, admin, grocery, disabled, version, created_at, updated_at)
SELECT $1::uuid, $2::text, CASE WHEN EXISTS (SELECT FROM users u WHERE u.name_key = $3::text AND u.id <> $1::uuid)
	THEN $1::uuid::text ELSE $3::text END, $4::text, $5::boolean, $6::boolean, $7::boolean, $8::bigint, $9::timestamptz,
	$10::timestamptz
ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, password_hash = excluded.password_hash,
	admin = excluded.admin, grocery = excluded.grocery, disabled = excluded.disabled, version = excluded.version,
	created_at = excluded.created_at, updated_at = excluded.updated_at
WHERE have.version < excluded.version OR ($11::boolean AND have.version = excluded.version);

-- A row has the same number as at the primary. If the relay didn't send it, the row gets one far below all others, where it can't
-- collide; the next full copy corrects it.
--
-- Late events of an erased recipe ($14) are left out: nothing would remove them again.
-- name: ReplicateEntry :exec
INSERT INTO event_log AS have (id, event_id, user_id, type, schema_version, subject, version, change, time, traceparent, data,
	published_at, stream_sequence)
SELECT CASE WHEN $1::bigint > 0 THEN $1::bigint ELSE nextval('public.event_log_id_seq') - (1::bigint << 62) END,
	$2::uuid, $3::uuid, $4::text, $5::integer, $6::text, $7::bigint, $8::bigint, $9::timestamptz, $10::text, $11::json,
	$12::timestamptz, $13::bigint
WHERE NOT EXISTS (SELECT FROM recipes gone WHERE gone.user_id = $3::uuid AND gone.id = $14::uuid
	AND gone.deleted_at IS NOT NULL AND gone.name = '' AND gone.version > $7::bigint)
ON CONFLICT (event_id) DO UPDATE SET published_at = excluded.published_at, stream_sequence = excluded.stream_sequence
WHERE have.published_at IS NULL;

-- name: PlaceEntry :exec
UPDATE event_log SET published_at = $2, stream_sequence = $3 WHERE event_id = $1;

-- name: RaiseChange :exec
INSERT INTO user_changes AS have (user_id, change) VALUES ($1, $2)
ON CONFLICT (user_id) DO UPDATE SET change = greatest(have.change, excluded.change);

-- name: UsersOf :many
SELECT id, name, password_hash, admin, grocery, disabled, version, created_at, updated_at FROM users WHERE id = ANY($1::uuid[]);

-- The ids of recipes after one ($1 is its user, $2 its id), of one user ($3), or of all users if that is empty.
-- name: RecipeIDsAfter :many
SELECT user_id, id FROM recipes
WHERE (user_id, id) > ($1::uuid, $2::uuid) AND ($3::text = '' OR user_id = nullif($3::text, '')::uuid) ORDER BY user_id, id LIMIT $4;

-- The same for accounts.
-- name: UserIDsAfter :many
SELECT id FROM users WHERE id > $1::uuid AND ($2::text = '' OR id = nullif($2::text, '')::uuid) ORDER BY id LIMIT $3;

-- name: IsEmpty :one
SELECT (NOT EXISTS (SELECT FROM recipes) AND NOT EXISTS (SELECT FROM users))::boolean;
