-- How far a full copy into this database has come, so that one that was interrupted goes on. No row where
-- none was ever begun.

-- +goose Up
CREATE TABLE backup_copy (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one), -- there is one row
    began_at    timestamptz NOT NULL,
    done_to     uuid,        -- users up to this one are copied; null before the first
    finished_at timestamptz  -- null while it is under way
);

-- +goose Down
DROP TABLE backup_copy;
