-- What the replica projection writes besides recipes. Each statement does nothing if the row is as new as the event (or newer,
-- for an event published again). The search path selects the live tables or those of a rebuild.

-- A connection keeps its plans, and those made while the tables were empty would read full ones from end to end, for minutes: until
-- PostgreSQL analyzes them. In a transaction that begins with this, planning chooses indexes whatever the size.
-- name: PlanForFullTables :exec
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true);

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
-- Late events of an erased recipe (recipe_id, NULL for others) are left out: nothing would remove them again. The range, which is
-- one id, and the order are for the primary key: of plans made while the table was empty, the planner would take one that reads
-- all recipes of the user.
-- name: ReplicateEntries :exec
INSERT INTO event_log AS have (id, event_id, user_id, type, schema_version, subject, version, change, time, traceparent, data,
	published_at, stream_sequence)
SELECT CASE WHEN e.id > 0 THEN e.id ELSE nextval('public.event_log_id_seq') - (1::bigint << 62) END,
	e.event_id, e.user_id, e.type, e.schema_version, e.subject, e.version, e.change, e.time, e.traceparent, e.data,
	e.published_at, e.stream_sequence
FROM (SELECT unnest(@ids::bigint[]) AS id, unnest(@event_ids::uuid[]) AS event_id, unnest(@user_ids::uuid[]) AS user_id,
	unnest(@types::text[]) AS type, unnest(@schema_versions::integer[]) AS schema_version, unnest(@subjects::text[]) AS subject,
	unnest(@versions::bigint[]) AS version, unnest(@changes::bigint[]) AS change, unnest(@times::timestamptz[]) AS time,
	unnest(@traceparents::text[]) AS traceparent, unnest(@data::json[]) AS data, unnest(@published::timestamptz[]) AS published_at,
	unnest(@sequences::bigint[]) AS stream_sequence, unnest(@recipe_ids::uuid[]) AS recipe_id) AS e
WHERE coalesce((SELECT gone.version FROM recipes gone WHERE gone.user_id = e.user_id AND gone.id BETWEEN e.recipe_id AND e.recipe_id
	AND gone.deleted_at IS NOT NULL AND gone.name = '' ORDER BY gone.id LIMIT 1), 0) <= e.version
ON CONFLICT (event_id) DO UPDATE SET published_at = excluded.published_at, stream_sequence = excluded.stream_sequence
WHERE have.published_at IS NULL;

-- name: PlaceEntry :exec
UPDATE event_log SET published_at = $2, stream_sequence = $3 WHERE event_id = $1;

-- Each user once.
-- name: RaiseChanges :exec
INSERT INTO user_changes AS have (user_id, change) SELECT unnest(@user_ids::uuid[]), unnest(@changes::bigint[])
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
