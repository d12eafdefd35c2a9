-- A recipe comes as JSON and is read as JSON, whose fields are named as the columns are.

-- A recipe ($2) of a user ($1), with an id that is surely new. Its change number is taken from user_changes, where the ledger
-- has put it in the same transaction, so that it needs no round trip to the program and back.
-- name: InsertRecipe :exec
INSERT INTO recipes (user_id, id, version, change, name, description, servings, prep_minutes, cook_minutes, source_url, tags,
	notes, steps, files, created_at, updated_at)
SELECT $1::uuid, r.id, r.version, (SELECT u.change FROM user_changes u WHERE u.user_id = $1::uuid),
	r.name, r.description, r.servings, r.prep_minutes, r.cook_minutes, r.source_url, r.tags,
	r.notes, r.steps, r.files, r.created_at, r.updated_at
FROM json_populate_record(NULL::recipes, $2::json) AS r;

-- A recipe ($2) of a user ($1), deleted or not ($3), over what there may be.
-- name: PutRecipe :exec
INSERT INTO recipes (user_id, id, version, change, name, description, servings, prep_minutes, cook_minutes, source_url, tags,
	notes, steps, files, created_at, updated_at, deleted_at)
SELECT $1::uuid, r.id, r.version, (SELECT u.change FROM user_changes u WHERE u.user_id = $1::uuid),
	r.name, r.description, r.servings, r.prep_minutes, r.cook_minutes, r.source_url, r.tags,
	r.notes, r.steps, r.files, r.created_at, r.updated_at, CASE WHEN $3::boolean THEN r.updated_at END
FROM json_populate_record(NULL::recipes, $2::json) AS r
ON CONFLICT (user_id, id) DO UPDATE SET version = excluded.version, change = excluded.change, name = excluded.name,
	description = excluded.description, servings = excluded.servings, prep_minutes = excluded.prep_minutes,
	cook_minutes = excluded.cook_minutes, source_url = excluded.source_url, tags = excluded.tags, notes = excluded.notes,
	steps = excluded.steps, files = excluded.files, created_at = excluded.created_at, updated_at = excluded.updated_at,
	deleted_at = excluded.deleted_at;

-- name: DeleteIngredients :exec
DELETE FROM ingredients WHERE user_id = $1 AND recipe_id = $2;

-- The ingredients of a recipe ($3) that has none: $1 its user, $2 its id.
-- name: InsertIngredients :exec
INSERT INTO ingredients (user_id, recipe_id, position, text, quantity, quantity_max, unit, name, note, section, second)
SELECT $1::uuid, $2::uuid, i.ordinality - 1, i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
FROM json_populate_recordset(NULL::ingredients, $3::json -> 'ingredients') WITH ORDINALITY AS i;

-- A recipe ($2) of a user ($1) as an event has it, with its change number ($3), deleted or not ($4), over what there may be of
-- an older version, or of the same one where the event is published again ($5). It is one statement that does nothing where
-- the row is as new, so that a batch can hold an event twice and needs no look before it writes.
-- name: ReplicateRecipe :exec
WITH taken AS (
	INSERT INTO recipes AS have (user_id, id, version, change, name, description, servings, prep_minutes, cook_minutes,
		source_url, tags, notes, steps, files, created_at, updated_at, deleted_at)
	SELECT $1::uuid, r.id, r.version, $3::bigint, r.name, r.description, r.servings, r.prep_minutes, r.cook_minutes,
		r.source_url, r.tags, r.notes, r.steps, r.files, r.created_at, r.updated_at, CASE WHEN $4::boolean THEN r.updated_at END
	FROM json_populate_record(NULL::recipes, $2::json) AS r
	ON CONFLICT (user_id, id) DO UPDATE SET version = excluded.version, change = excluded.change, name = excluded.name,
		description = excluded.description, servings = excluded.servings, prep_minutes = excluded.prep_minutes,
		cook_minutes = excluded.cook_minutes, source_url = excluded.source_url, tags = excluded.tags, notes = excluded.notes,
		steps = excluded.steps, files = excluded.files, created_at = excluded.created_at, updated_at = excluded.updated_at,
		deleted_at = excluded.deleted_at
	WHERE have.version < excluded.version OR ($5::boolean AND have.version = excluded.version)
	RETURNING have.user_id, have.id
), gone AS (
	DELETE FROM ingredients i USING taken
	WHERE i.user_id = taken.user_id AND i.recipe_id = taken.id AND i.position >= json_array_length($2::json -> 'ingredients')
)
INSERT INTO ingredients (user_id, recipe_id, position, text, quantity, quantity_max, unit, name, note, section, second)
SELECT taken.user_id, taken.id, i.ordinality - 1, i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
FROM taken, json_populate_recordset(NULL::ingredients, $2::json -> 'ingredients') WITH ORDINALITY AS i
ON CONFLICT (user_id, recipe_id, position) DO UPDATE SET text = excluded.text, quantity = excluded.quantity,
	quantity_max = excluded.quantity_max, unit = excluded.unit, name = excluded.name, note = excluded.note,
	section = excluded.section, second = excluded.second;

-- The text of a recipe that was deleted long ago. What it names is what the relay's role may write (TextColumns).
-- name: EmptyRecipe :exec
UPDATE recipes SET name = '', description = '', servings = NULL, prep_minutes = NULL, cook_minutes = NULL, source_url = '',
	tags = '{}', notes = '', steps = '[]', files = '[]'
WHERE user_id = $1 AND id = $2;

-- The files of a recipe ($2) of a user ($1) after one came or went.
-- name: PutFiles :exec
UPDATE recipes have SET files = r.files, version = r.version, updated_at = r.updated_at,
	change = (SELECT u.change FROM user_changes u WHERE u.user_id = $1::uuid)
FROM json_populate_record(NULL::recipes, $2::json) AS r WHERE have.user_id = $1::uuid AND have.id = r.id;

-- A recipe, also a deleted one.
-- name: Recipe :one
SELECT r.change, (r.deleted_at IS NOT NULL)::boolean AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r WHERE r.user_id = $1 AND r.id = $2;

-- The recipe that a file ($2) is on, unless it is deleted.
-- name: RecipeOfFile :one
SELECT r.change, false AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r
WHERE r.user_id = $1 AND r.deleted_at IS NULL AND r.files @> jsonb_build_array(jsonb_build_object('id', $2::text));

-- A page of a user's recipes behind an id, without deleted ones.
-- name: RecipesAfter :many
SELECT r.change, false AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r
WHERE r.user_id = @user_id AND (sqlc.narg(after)::uuid IS NULL OR r.id > sqlc.narg(after)) AND r.deleted_at IS NULL ORDER BY r.id LIMIT @most::bigint;

-- What a user changed after a change number, by it, also what they deleted.
-- name: RecipesChanged :many
SELECT r.change, (r.deleted_at IS NOT NULL)::boolean AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r
WHERE r.user_id = @user_id AND r.change > @after ORDER BY r.change LIMIT @most::bigint;

-- Those of some recipes of any users that are there, also deleted ones.
-- name: RecipesOf :many
SELECT r.user_id, r.change, (r.deleted_at IS NOT NULL)::boolean AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM (SELECT unnest(@user_ids::uuid[]) AS user_id, unnest(@ids::uuid[]) AS id) AS asked
JOIN recipes r ON r.user_id = asked.user_id AND r.id = asked.id;

-- The ids of a user's recipes behind one, of deleted ones too.
-- name: RecipeIDsOf :many
SELECT id FROM recipes WHERE user_id = @user_id AND id > @after ORDER BY id LIMIT @most::bigint;

-- name: RecipeVersion :one
SELECT version FROM recipes WHERE user_id = $1 AND id = $2;

-- name: LastWrite :one
SELECT id, version FROM recipes WHERE user_id = $1 ORDER BY change DESC LIMIT 1;

-- What search needs of all the recipes that a user has now.
-- name: RecipeNames :many
SELECT id, name, tags, version FROM recipes WHERE user_id = $1 AND deleted_at IS NULL;

-- What a list shows of those of some recipes that a user has now.
-- name: Summaries :many
SELECT id, name, version, tags, servings, prep_minutes, cook_minutes, updated_at
FROM recipes WHERE user_id = $1 AND id = ANY(@ids::uuid[]) AND deleted_at IS NULL;

-- What there is of some recipes, deleted ones too.
-- name: RecipeStates :many
SELECT id, version, (deleted_at IS NULL)::boolean AS there FROM recipes WHERE user_id = $1 AND id = ANY($2::text[]::uuid[]);

-- name: CountRecipes :one
SELECT count(*) FROM recipes WHERE user_id = $1 AND deleted_at IS NULL;

-- A division by zero where a user ($1) has as many recipes as they may ($2): a failing statement is the one thing that undoes a
-- transaction whose statements are sent together, without waiting for the answer to one of them.
--
-- Who has made fewer changes than they may have recipes can't have too many recipes, so that hardly anybody's are counted.
-- name: HasRoom :one
SELECT CASE WHEN u.change <= $2::bigint THEN 1 ELSE 1 / greatest($2::bigint - (SELECT count(*) FROM recipes r
	WHERE r.user_id = $1 AND r.deleted_at IS NULL), 0) END
FROM user_changes u WHERE u.user_id = $1;

-- How many recipes there are, and how many bytes the events of some of them have.
-- name: RecipesSize :one
SELECT (SELECT count(*) FROM recipes WHERE deleted_at IS NULL)::bigint AS recipes,
	coalesce(avg(octet_length(l.data::text)), 0)::float8 AS each
FROM (SELECT s.user_id, s.change FROM recipes s WHERE s.deleted_at IS NULL LIMIT $1) AS r
JOIN event_log l ON l.user_id = r.user_id AND l.change = r.change;

-- name: AnalyzeRecipes :exec
SELECT analyze_recipes();
