-- The state, and the ledger beside it. The same schema is on the primary and on the backup, so that the
-- backup can take over as it is. Rows of one user hang together by user_id and not by foreign keys: the
-- backup is filled from a stream, where a recipe may come before its user (a rebuild reads the last
-- message of each subject).

-- +goose Up
CREATE TABLE users (
    id            uuid PRIMARY KEY,
    name          text        NOT NULL,
    name_key      text        NOT NULL UNIQUE, -- the name folded, so that Ada and ada are one
    password_hash text        NOT NULL,
    admin         boolean     NOT NULL DEFAULT false,
    grocery       boolean     NOT NULL DEFAULT false,
    disabled      boolean     NOT NULL DEFAULT false,
    version       bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL
);

-- One row a user: the lock under which the user's changes are numbered, and the last number drawn.
CREATE TABLE user_changes (
    user_id uuid PRIMARY KEY,
    change  bigint NOT NULL
);

-- An id is the client's to choose, so it belongs to its user: nobody can take or test another's.
-- A deleted recipe stays as a tombstone with its version (deleted_at).
CREATE TABLE recipes (
    user_id      uuid        NOT NULL,
    id           uuid        NOT NULL,
    version      bigint      NOT NULL,
    change       bigint      NOT NULL, -- the user's change number of the last change
    name         text        NOT NULL,
    description  text        NOT NULL,
    servings     double precision,
    prep_minutes integer,
    cook_minutes integer,
    source_url   text        NOT NULL,
    tags         text[]      NOT NULL,
    notes        text        NOT NULL,
    steps        jsonb       NOT NULL,
    files        jsonb       NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    deleted_at   timestamptz,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX recipes_by_change ON recipes (user_id, change);

CREATE TABLE ingredients (
    user_id      uuid    NOT NULL,
    recipe_id    uuid    NOT NULL,
    position     integer NOT NULL, -- from 0
    text         text    NOT NULL,
    quantity     double precision,
    quantity_max double precision,
    unit         text    NOT NULL,
    name         text    NOT NULL,
    note         text    NOT NULL,
    section      text    NOT NULL,
    PRIMARY KEY (user_id, recipe_id, position)
);

-- The ledger: append-only. CACHE 1 and a draw under the user's lock keep the ids of one user in order;
-- the relay reads what is unpublished, never "id > cursor" (an id is drawn before its commit).
CREATE SEQUENCE event_log_id_seq CACHE 1;
CREATE TABLE event_log (
    id              bigint PRIMARY KEY DEFAULT nextval('event_log_id_seq'),
    event_id        uuid        NOT NULL UNIQUE,
    user_id         uuid        NOT NULL,
    type            text        NOT NULL,
    schema_version  integer     NOT NULL,
    subject         text        NOT NULL,
    version         bigint      NOT NULL,
    change          bigint      NOT NULL,
    time            timestamptz NOT NULL,
    traceparent     text        NOT NULL DEFAULT '',
    data            json        NOT NULL, -- json, not jsonb: the bytes as they are published
    published_at    timestamptz,
    stream_sequence bigint
);
ALTER SEQUENCE event_log_id_seq OWNED BY event_log.id;
CREATE INDEX event_log_unpublished ON event_log (id) WHERE published_at IS NULL;
CREATE INDEX event_log_by_user ON event_log (user_id, change);

-- The first answer to a command, given again when its key is repeated.
CREATE TABLE idempotency_keys (
    user_id      uuid        NOT NULL,
    key          text        NOT NULL,
    request_hash bytea       NOT NULL, -- method, path, If-Match, If-None-Match and body: the same key for another request is an error
    status       integer     NOT NULL,
    headers      jsonb       NOT NULL,
    body         bytea       NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- +goose Down
DROP TABLE idempotency_keys;
DROP TABLE event_log;
DROP TABLE ingredients;
DROP TABLE recipes;
DROP TABLE user_changes;
DROP TABLE users;
