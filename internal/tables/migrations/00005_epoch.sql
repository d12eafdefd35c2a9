-- Which of the two databases is the primary, as far as this one knows. Each failover begins a new epoch. A
-- connection says of which epoch it is (larder.epoch: 3, or replica-3 for the one that fills the backup), and an event of
-- another one is refused here, whatever the program believes. The check is part of the statement: it costs no
-- round trip. Reading the table holds its lock until the transaction ends, so whoever fences takes the exclusive
-- one and has waited for every write that was let through.

-- +goose Up
CREATE TABLE epoch (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one), -- there is one row
    epoch bigint NOT NULL,
    role  text   NOT NULL CHECK (role IN ('', 'primary', 'standby', 'promoting', 'fenced')) -- '' before the first failover
);
INSERT INTO epoch (epoch, role) VALUES (0, '');

-- +goose StatementBegin
CREATE FUNCTION check_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said text := coalesce(nullif(current_setting('larder.epoch', true), ''), '0');
    has  epoch%ROWTYPE;
BEGIN
    SELECT * INTO has FROM epoch;
    -- A primary that was away when it was replaced is still '' in epoch 0: a replica of a later epoch would mix what
    -- is new into what only this database has.
    IF said LIKE 'replica-%' AND (CASE has.role WHEN 'promoting' THEN has.epoch - 1
            WHEN 'standby' THEN has.epoch WHEN '' THEN 0 END) = split_part(said, '-', 2)::bigint
        OR said = 'fill' AND has.role = 'fenced' -- a failback makes it a copy of the primary
        OR said = has.epoch::text AND has.role IN ('', 'primary') THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'this database is % in epoch %, and the write is of epoch %', has.role, has.epoch, said
        USING ERRCODE = 'read_only_sql_transaction'; -- what a standby of Postgres itself says
END $$;
-- +goose StatementEnd

CREATE TRIGGER event_log_epoch BEFORE INSERT ON event_log FOR EACH STATEMENT EXECUTE FUNCTION check_epoch();

-- +goose Down
DROP TRIGGER event_log_epoch ON event_log;
DROP FUNCTION check_epoch;
DROP TABLE epoch;
