-- What the role of a component needs and can't have of its own: roles own nothing here (internal/postgresroles).

-- +goose Up
-- A rebuild of the replica has its tables here. The owner's schema, so that a role can make tables without making schemas.
DROP SCHEMA IF EXISTS larder_rebuild CASCADE; -- of a rebuild that was killed
CREATE SCHEMA larder_rebuild;

-- Only the owner of a table may analyze it. Temporary tables come last, or a caller's would be taken for ours.
CREATE FUNCTION analyze_recipes() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
    AS 'ANALYZE recipes, ingredients, event_log, user_changes';
REVOKE ALL ON FUNCTION analyze_recipes() FROM PUBLIC;

-- +goose Down
DROP FUNCTION analyze_recipes();
DROP SCHEMA larder_rebuild CASCADE;
