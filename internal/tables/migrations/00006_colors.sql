-- Files have a color, which isn't known of those that were put in before. Rows say so as the events do that a reader
-- of version 2 makes of version 1 (events/upcast.go), or a replica that was rebuilt would differ from its primary.

-- +goose Up
UPDATE recipes SET files = (
    SELECT jsonb_agg(file || '{"color": ""}' ORDER BY place) FROM jsonb_array_elements(files) WITH ORDINALITY AS f (file, place))
WHERE files <> '[]' AND jsonb_typeof(files) = 'array';

-- +goose Down
UPDATE recipes SET files = (
    SELECT jsonb_agg(file - 'color' ORDER BY place) FROM jsonb_array_elements(files) WITH ORDINALITY AS f (file, place))
WHERE files <> '[]' AND jsonb_typeof(files) = 'array';
