-- A recipe may say its yield in words, its total time, author, language and nutrition.

-- +goose Up
ALTER TABLE recipes
    ADD COLUMN yield text NOT NULL DEFAULT '',
    ADD COLUMN total_minutes integer,
    ADD COLUMN author text NOT NULL DEFAULT '',
    ADD COLUMN language text NOT NULL DEFAULT '', -- BCP 47
    ADD COLUMN nutrition jsonb NOT NULL DEFAULT '{}'; -- as in the events

-- While programs are replaced one by one, a writer that doesn't know these columns leaves them as they are, and writes an event
-- of version 3, which lacks them. The views and the backup would lose what the recipe still has. So its event is completed to
-- version 4 where there is something to lose. Published events, which copies and the replica insert, stay as they are, and so do
-- older versions of the recipe.
-- +goose StatementBegin
CREATE FUNCTION complete_recipe_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    details jsonb;
BEGIN
    SELECT jsonb_build_object('yield', r.yield, 'total_minutes', r.total_minutes, 'author', r.author, 'language', r.language,
        'nutrition', r.nutrition) INTO details
    FROM recipes r
    WHERE r.user_id = NEW.user_id AND r.id = (NEW.data ->> 'id')::uuid AND r.version <= NEW.version
        AND (r.yield <> '' OR r.total_minutes IS NOT NULL OR r.author <> '' OR r.language <> '' OR r.nutrition <> '{}');
    IF details IS NOT NULL THEN
        NEW.data := (NEW.data::jsonb || details)::json;
        NEW.schema_version := 4;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER event_log_details BEFORE INSERT ON event_log FOR EACH ROW
    WHEN (NEW.schema_version = 3 AND NEW.type LIKE 'recipe.%' AND NEW.published_at IS NULL)
    EXECUTE FUNCTION complete_recipe_event();

-- +goose Down
DROP TRIGGER event_log_details ON event_log;
DROP FUNCTION complete_recipe_event;
ALTER TABLE recipes DROP COLUMN yield, DROP COLUMN total_minutes, DROP COLUMN author, DROP COLUMN language, DROP COLUMN nutrition;
