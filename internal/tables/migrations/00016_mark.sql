-- A recipe may be a favourite, and rated.

-- +goose Up
ALTER TABLE recipes
    ADD COLUMN favourite boolean NOT NULL DEFAULT false,
    ADD COLUMN rating smallint CHECK (rating BETWEEN 1 AND 5);

-- A writer of the previous version leaves these columns as they are, and writes an event of version 4, which lacks them. So its
-- event is completed to version 5 where there is something to lose, as migration 14 did for version 3.
DROP TRIGGER event_log_details ON event_log;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION complete_recipe_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mark jsonb;
BEGIN
    SELECT jsonb_build_object('favourite', r.favourite, 'rating', r.rating) INTO mark
    FROM recipes r
    WHERE r.user_id = NEW.user_id AND r.id = (NEW.data ->> 'id')::uuid AND r.version <= NEW.version
        AND (r.favourite OR r.rating IS NOT NULL);
    IF mark IS NOT NULL THEN
        NEW.data := (NEW.data::jsonb || mark)::json;
        NEW.schema_version := 5;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd

CREATE TRIGGER event_log_mark BEFORE INSERT ON event_log FOR EACH ROW
    WHEN (NEW.schema_version = 4 AND NEW.type LIKE 'recipe.%' AND NEW.published_at IS NULL)
    EXECUTE FUNCTION complete_recipe_event();

-- +goose Down
DROP TRIGGER event_log_mark ON event_log;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION complete_recipe_event() RETURNS trigger LANGUAGE plpgsql AS $$
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
ALTER TABLE recipes DROP COLUMN favourite, DROP COLUMN rating;
