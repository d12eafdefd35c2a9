-- Deleted recipes are forgotten after a while: what is left of one is its row without text, and the row of its deletion
-- in the ledger. Each of the two searches below is asked again and again, and finds nothing most of the time.

-- +goose Up
CREATE INDEX recipes_to_forget ON recipes (deleted_at) WHERE deleted_at IS NOT NULL AND name <> '';
CREATE INDEX event_log_groceries ON event_log (user_id, ((data -> 'recipe' ->> 'id'))) WHERE type = 'grocery.requested';

-- The time that the retention goes by, which follows the machine's only slowly: a clock that is wrong by a year must not
-- have everything forgotten. It is only this database's; another one that becomes the primary begins with its last event.
CREATE TABLE retention_clock (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one), -- there is one row
    at   timestamptz NOT NULL,
    keep interval    NOT NULL -- how long what was deleted is kept, as the last relay that led was told; 0 for ever
);

-- The recipes whose text is gone from the tables, and whose older messages are still to be taken out of the stream. The
-- backup has those of the last day too, since the primary may be lost between the two.
CREATE TABLE text_removals (
    user_id   uuid        NOT NULL,
    recipe_id uuid        NOT NULL,
    version   bigint      NOT NULL, -- of the deletion
    noted_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, recipe_id)
);

-- +goose Down
DROP TABLE text_removals;
DROP TABLE retention_clock;
DROP INDEX event_log_groceries;
DROP INDEX recipes_to_forget;
