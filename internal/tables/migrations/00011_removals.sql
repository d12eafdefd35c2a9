-- The removals of bytes that no recipe names, as the file service begins them under the user's lock and ends them after
-- the object store has answered. An upload of the same bytes waits for one under way, and puts them again where one was
-- begun since it looked; so no row names bytes that are gone, and nobody waits for the object store with a lock.
-- It is only this database's: another one that becomes the primary has begun none.

-- +goose Up
CREATE TABLE file_removals (
    user_id  uuid NOT NULL,
    sha256   text NOT NULL,
    number   bigserial, -- a new one for each removal
    begun_at timestamptz NOT NULL DEFAULT now(),
    done     boolean NOT NULL DEFAULT false,
    PRIMARY KEY (user_id, sha256)
);
CREATE INDEX file_removals_begun_at ON file_removals (begun_at);

-- +goose Down
DROP TABLE file_removals;
