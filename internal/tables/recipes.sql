-- Recipes are written from JSON and read as JSON. Each column has the name of its JSON field.

-- A recipe, its ingredients and the ledger's entry, which carries the recipe, are written by one statement: each further one costs
-- as much as some rows, and would parse the same JSON again. The change number is read from user_changes, where DrawChange has put
-- it, which saves a round trip.

-- Writes a recipe whose id is known to be new.
-- name: InsertRecipe :exec
WITH given AS MATERIALIZED (
	SELECT @recipe::json AS data, (SELECT u.change FROM user_changes u WHERE u.user_id = @user_id::uuid) AS change
), written AS (
	INSERT INTO recipes (user_id, id, version, change, name, description, servings, yield, prep_minutes, cook_minutes,
		total_minutes, source_url, author, language, nutrition, tags, notes, steps, files, favourite, rating, created_at, updated_at)
	SELECT @user_id::uuid, r.id, r.version, given.change,
		r.name, r.description, r.servings, r.yield, r.prep_minutes, r.cook_minutes, r.total_minutes,
		r.source_url, r.author, r.language, r.nutrition, r.tags, r.notes, r.steps, r.files, r.favourite, r.rating, r.created_at, r.updated_at
	FROM given, json_populate_record(NULL::recipes, given.data) AS r
), lines AS (
	INSERT INTO ingredients (user_id, recipe_id, position, text, quantity, quantity_max, unit, name, note, section, second)
	SELECT @user_id::uuid, @id::uuid, i.ordinality - 1, i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
	FROM given, json_populate_recordset(NULL::ingredients, given.data -> 'ingredients') WITH ORDINALITY AS i
)
INSERT INTO event_log (user_id, event_id, type, schema_version, subject, version, change, time, traceparent, data)
SELECT @user_id::uuid, @event_id::uuid, @type::text, @schema_version::integer, @subject::text, @version::bigint, given.change,
	@time::timestamptz, @traceparent::text, given.data FROM given;

-- Writes a recipe, deleted or not, over any row that exists. A deleted one keeps its ingredients. Those that stay as they are
-- aren't written. Without an event (event_id is NULL), the ledger has it already.
-- name: PutRecipe :exec
WITH given AS MATERIALIZED (
	SELECT @recipe::json AS data, (SELECT u.change FROM user_changes u WHERE u.user_id = @user_id::uuid) AS change
), written AS (
	INSERT INTO recipes (user_id, id, version, change, name, description, servings, yield, prep_minutes, cook_minutes,
		total_minutes, source_url, author, language, nutrition, tags, notes, steps, files, favourite, rating, created_at, updated_at, deleted_at)
	SELECT @user_id::uuid, r.id, r.version, given.change,
		r.name, r.description, r.servings, r.yield, r.prep_minutes, r.cook_minutes, r.total_minutes,
		r.source_url, r.author, r.language, r.nutrition, r.tags, r.notes, r.steps, r.files, r.favourite, r.rating, r.created_at, r.updated_at,
		CASE WHEN @deleted::boolean THEN r.updated_at END
	FROM given, json_populate_record(NULL::recipes, given.data) AS r
	ON CONFLICT (user_id, id) DO UPDATE SET version = excluded.version, change = excluded.change, name = excluded.name,
		description = excluded.description, servings = excluded.servings, yield = excluded.yield,
		prep_minutes = excluded.prep_minutes, cook_minutes = excluded.cook_minutes, total_minutes = excluded.total_minutes,
		source_url = excluded.source_url, author = excluded.author, language = excluded.language,
		nutrition = excluded.nutrition, tags = excluded.tags, notes = excluded.notes,
		steps = excluded.steps, files = excluded.files, favourite = excluded.favourite, rating = excluded.rating,
		created_at = excluded.created_at, updated_at = excluded.updated_at,
		deleted_at = excluded.deleted_at
), gone AS (
	DELETE FROM ingredients WHERE user_id = @user_id::uuid AND recipe_id = @id::uuid AND NOT @deleted::boolean
		AND position >= (SELECT json_array_length(given.data -> 'ingredients') FROM given)
), lines AS (
	INSERT INTO ingredients AS have (user_id, recipe_id, position, text, quantity, quantity_max, unit, name, note, section, second)
	SELECT @user_id::uuid, @id::uuid, i.ordinality - 1, i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
	FROM given, json_populate_recordset(NULL::ingredients, given.data -> 'ingredients') WITH ORDINALITY AS i
	WHERE NOT @deleted::boolean
	ON CONFLICT (user_id, recipe_id, position) DO UPDATE SET text = excluded.text, quantity = excluded.quantity,
		quantity_max = excluded.quantity_max, unit = excluded.unit, name = excluded.name, note = excluded.note,
		section = excluded.section, second = excluded.second
	WHERE (have.text, have.quantity, have.quantity_max, have.unit, have.name, have.note, have.section, have.second)
		IS DISTINCT FROM (excluded.text, excluded.quantity, excluded.quantity_max, excluded.unit, excluded.name, excluded.note,
			excluded.section, excluded.second)
)
INSERT INTO event_log (user_id, event_id, type, schema_version, subject, version, change, time, traceparent, data)
SELECT @user_id::uuid, sqlc.narg(event_id)::uuid, @type::text, @schema_version::integer, @subject::text, @version::bigint, given.change,
	@time::timestamptz, @traceparent::text, given.data FROM given WHERE sqlc.narg(event_id)::uuid IS NOT NULL;

-- name: DeleteIngredients :exec
DELETE FROM ingredients WHERE user_id = $1 AND recipe_id = $2;

-- Writes recipes from events, each of them once, over an older version, or over the same version if the events were published
-- again (@again). Otherwise it does nothing, so an event may come twice and nothing is read before it is written.
--
-- A plan made while the tables were empty must do for full ones: see PlanForFullTables. IS TRUE makes the planner look up taken
-- recipes in a hash, instead of comparing each with each.
-- name: ReplicateRecipes :exec
WITH given AS MATERIALIZED (
	SELECT unnest(@user_ids::uuid[]) AS user_id, unnest(@ids::uuid[]) AS id, unnest(@recipes::json[]) AS data,
		unnest(@changes::bigint[]) AS change, unnest(@deleted::boolean[]) AS deleted
), taken AS (
	INSERT INTO recipes AS have (user_id, id, version, change, name, description, servings, yield, prep_minutes,
		cook_minutes, total_minutes, source_url, author, language, nutrition, tags, notes, steps, files, favourite, rating,
		created_at, updated_at, deleted_at)
	SELECT given.user_id, r.id, r.version, given.change, r.name, r.description, r.servings, r.yield, r.prep_minutes,
		r.cook_minutes, r.total_minutes, r.source_url, r.author, r.language, r.nutrition, r.tags, r.notes, r.steps, r.files, r.favourite, r.rating,
		r.created_at, r.updated_at, CASE WHEN given.deleted THEN r.updated_at END
	FROM given, json_populate_record(NULL::recipes, given.data) AS r
	ON CONFLICT (user_id, id) DO UPDATE SET version = excluded.version, change = excluded.change, name = excluded.name,
		description = excluded.description, servings = excluded.servings, yield = excluded.yield,
		prep_minutes = excluded.prep_minutes, cook_minutes = excluded.cook_minutes, total_minutes = excluded.total_minutes,
		source_url = excluded.source_url, author = excluded.author, language = excluded.language,
		nutrition = excluded.nutrition, tags = excluded.tags, notes = excluded.notes,
		steps = excluded.steps, files = excluded.files, favourite = excluded.favourite, rating = excluded.rating,
		created_at = excluded.created_at, updated_at = excluded.updated_at,
		deleted_at = excluded.deleted_at
	WHERE have.version < excluded.version OR (@again::boolean AND have.version = excluded.version)
	RETURNING have.user_id, have.id
), lines AS MATERIALIZED (
	SELECT given.user_id, given.id, given.data -> 'ingredients' AS list FROM given
	WHERE ((given.user_id, given.id) IN (SELECT taken.user_id, taken.id FROM taken)) IS TRUE
), gone AS (
	DELETE FROM ingredients i USING lines
	WHERE i.user_id = lines.user_id AND i.recipe_id = lines.id AND i.position >= json_array_length(lines.list)
)
INSERT INTO ingredients (user_id, recipe_id, position, text, quantity, quantity_max, unit, name, note, section, second)
SELECT lines.user_id, lines.id, i.ordinality - 1, i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
FROM lines, json_populate_recordset(NULL::ingredients, lines.list) WITH ORDINALITY AS i
ON CONFLICT (user_id, recipe_id, position) DO UPDATE SET text = excluded.text, quantity = excluded.quantity,
	quantity_max = excluded.quantity_max, unit = excluded.unit, name = excluded.name, note = excluded.note,
	section = excluded.section, second = excluded.second;

-- Erases the text of a recipe deleted long ago. The relay's role may update exactly the columns set here (TextColumns).
-- name: EmptyRecipe :exec
UPDATE recipes SET name = '', description = '', servings = NULL, yield = '', prep_minutes = NULL, cook_minutes = NULL,
	total_minutes = NULL, source_url = '', author = '', language = '', nutrition = '{}', tags = '{}',
	notes = '', steps = '[]', files = '[]', favourite = false, rating = NULL
WHERE user_id = $1 AND id = $2;

-- Updates the files of a recipe ($2) of a user ($1).
-- name: PutFiles :exec
UPDATE recipes have SET files = r.files, version = r.version, updated_at = r.updated_at,
	change = (SELECT u.change FROM user_changes u WHERE u.user_id = $1::uuid)
FROM json_populate_record(NULL::recipes, $2::json) AS r WHERE have.user_id = $1::uuid AND have.id = r.id;

-- A recipe, even if deleted. The range, which is one id, and the order are for the primary key: of plans made while the table was
-- empty, which a connection keeps until PostgreSQL analyzes it, the planner would take one that reads all recipes of the user.
-- name: Recipe :one
SELECT r.change, (r.deleted_at IS NOT NULL)::boolean AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r WHERE r.user_id = $1 AND r.id BETWEEN $2 AND $2 ORDER BY r.id LIMIT 1;

-- The recipe that a file ($2) belongs to, unless deleted.
-- name: RecipeOfFile :one
SELECT r.change, false AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r
WHERE r.user_id = $1 AND r.deleted_at IS NULL AND r.files @> jsonb_build_array(jsonb_build_object('id', $2::text));

-- A page of a user's recipes after an id, without deleted ones.
-- name: RecipesAfter :many
SELECT r.change, false AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r
WHERE r.user_id = @user_id AND (sqlc.narg(after)::uuid IS NULL OR r.id > sqlc.narg(after)) AND r.deleted_at IS NULL ORDER BY r.id LIMIT @most::bigint;

-- The recipes a user changed or deleted after a change number, in its order.
-- name: RecipesChanged :many
SELECT r.change, (r.deleted_at IS NOT NULL)::boolean AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM recipes r
WHERE r.user_id = @user_id AND r.change > @after ORDER BY r.change LIMIT @most::bigint;

-- The given recipes of any users, including deleted ones.
-- name: RecipesOf :many
SELECT r.user_id, r.change, (r.deleted_at IS NOT NULL)::boolean AS deleted, row_to_json(r) AS recipe, (
	SELECT coalesce(json_agg(row_to_json(rows)), '[]') FROM (
		SELECT i.text, i.quantity, i.quantity_max, i.unit, i.name, i.note, i.section, i.second
		FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id ORDER BY i.position) AS rows)::json AS ingredients
FROM (SELECT unnest(@user_ids::uuid[]) AS user_id, unnest(@ids::uuid[]) AS id) AS asked
JOIN recipes r ON r.user_id = asked.user_id AND r.id = asked.id;

-- The ids of a user's recipes after one, including deleted ones.
-- name: RecipeIDsOf :many
SELECT id FROM recipes WHERE user_id = @user_id AND id > @after ORDER BY id LIMIT @most::bigint;

-- Found as in Recipe.
-- name: RecipeVersion :one
SELECT version FROM recipes WHERE user_id = $1 AND id BETWEEN $2 AND $2 ORDER BY id LIMIT 1;

-- name: LastWrite :one
SELECT id, version FROM recipes WHERE user_id = $1 ORDER BY change DESC LIMIT 1;

-- What search needs of all of a user's recipes.
-- name: RecipeNames :many
SELECT id, name, tags, version, total_minutes, prep_minutes, cook_minutes, favourite, rating, created_at, updated_at
FROM recipes WHERE user_id = $1 AND deleted_at IS NULL;

-- What a search by foods needs of all of a user's recipes.
-- name: RecipeFoods :many
SELECT i.recipe_id, i.text, i.name FROM ingredients i JOIN recipes r ON r.user_id = i.user_id AND r.id = i.recipe_id
WHERE i.user_id = $1 AND r.deleted_at IS NULL;

-- What tells whether a user has a recipe already.
-- name: RecipeSources :many
SELECT id, name, source_url FROM recipes WHERE user_id = $1 AND deleted_at IS NULL ORDER BY created_at, id;

-- What a list shows of the given recipes that still exist.
-- name: Summaries :many
SELECT id, name, version, tags, servings, total_minutes, prep_minutes, cook_minutes, favourite, rating, updated_at
FROM recipes WHERE user_id = $1 AND id = ANY(@ids::uuid[]) AND deleted_at IS NULL;

-- A user's deleted recipes whose text isn't forgotten yet, latest deletion first, with how long it is kept: null for ever.
-- name: DeletedBefore :many
SELECT r.id, r.name, r.version, r.change, r.deleted_at, (SELECT c.keep FROM retention_clock c WHERE c.keep > '0')::interval AS keep
FROM recipes r WHERE r.user_id = @user_id AND r.deleted_at IS NOT NULL AND r.name <> '' AND r.change < @before
ORDER BY r.change DESC LIMIT @most;

-- The versions of the given recipes, including deleted ones.
-- name: RecipeStates :many
SELECT id, version, (deleted_at IS NULL)::boolean AS there FROM recipes WHERE user_id = $1 AND id = ANY($2::text[]::uuid[]);

-- name: CountRecipes :one
SELECT count(*) FROM recipes WHERE user_id = $1 AND deleted_at IS NULL;

-- Divides by zero if a user ($1) has as many recipes as allowed ($2): in a transaction whose statements are sent together, only a
-- failing statement can undo it without waiting for an answer.
--
-- A user with fewer changes than allowed recipes can't have too many, so recipes are hardly ever counted.
-- name: HasRoom :one
SELECT CASE WHEN u.change <= $2::bigint THEN 1 ELSE 1 / greatest($2::bigint - (SELECT count(*) FROM recipes r
	WHERE r.user_id = $1 AND r.deleted_at IS NULL), 0) END
FROM user_changes u WHERE u.user_id = $1;

-- The number of recipes, and the average size of the events of some of them.
-- name: RecipesSize :one
SELECT (SELECT count(*) FROM recipes WHERE deleted_at IS NULL)::bigint AS recipes,
	coalesce(avg(octet_length(l.data::text)), 0)::float8 AS each
FROM (SELECT s.user_id, s.change FROM recipes s WHERE s.deleted_at IS NULL LIMIT $1) AS r
JOIN event_log l ON l.user_id = r.user_id AND l.change = r.change;

-- name: AnalyzeRecipes :exec
SELECT analyze_recipes();
