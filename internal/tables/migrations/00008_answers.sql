-- The answer to most commands is the recipe as the event has it, byte for byte. Such an answer names its event in place
-- of a body, so that the same text isn't kept twice.
--
-- Postgres packs the values of a row of more than 2 KB alone, and most events are a little shorter, so that they would
-- lie there as they are. The filler makes every row that long; it packs to some 30 bytes itself, and halves the ledger.
-- MAIN keeps a packed event in its row, and PLAIN the short texts out of it all. lz4 unpacks several times as fast as
-- Postgres' own method, which is taken where the server was built without it. Rows that are there stay as they are: to
-- rewrite them would lock the ledger.

-- +goose Up
ALTER TABLE idempotency_keys ADD COLUMN event_id uuid; -- whose data the body is; NULL where the row has the body itself

ALTER TABLE event_log ADD COLUMN filler text;
ALTER TABLE event_log ALTER COLUMN filler SET DEFAULT repeat(' ', 2000);
ALTER TABLE event_log
    ALTER COLUMN data SET STORAGE MAIN, ALTER COLUMN filler SET STORAGE MAIN,
    ALTER COLUMN type SET STORAGE PLAIN, ALTER COLUMN subject SET STORAGE PLAIN, ALTER COLUMN traceparent SET STORAGE PLAIN;
ALTER TABLE event_log SET (toast_tuple_target = 128);

-- +goose StatementBegin
DO $$
BEGIN
    ALTER TABLE event_log ALTER COLUMN data SET COMPRESSION lz4, ALTER COLUMN filler SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    NULL;
END $$;
-- +goose StatementEnd

-- +goose Down
ALTER TABLE event_log DROP COLUMN filler;
ALTER TABLE event_log RESET (toast_tuple_target);
ALTER TABLE event_log
    ALTER COLUMN data SET STORAGE EXTENDED, ALTER COLUMN data SET COMPRESSION DEFAULT,
    ALTER COLUMN type SET STORAGE EXTENDED, ALTER COLUMN subject SET STORAGE EXTENDED, ALTER COLUMN traceparent SET STORAGE EXTENDED;
UPDATE idempotency_keys k SET body = convert_to(l.data::text, 'UTF8') FROM event_log l WHERE l.event_id = k.event_id;
ALTER TABLE idempotency_keys DROP COLUMN event_id;
