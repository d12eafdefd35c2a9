-- +goose Up

-- One person's list. Every change locks its row, so that changes are ordered.
CREATE TABLE lists (
    user_id  uuid PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT 0, -- the number of changes so far
    aisles   text[] NOT NULL DEFAULT '{}'
);

-- Requests from the feed. One that is here is not applied again.
CREATE TABLE requests (
    user_id   uuid NOT NULL,
    id        uuid NOT NULL,
    recipe_id uuid NOT NULL,
    recipe    text NOT NULL,
    servings  double precision,
    sequence  bigint NOT NULL,
    PRIMARY KEY (user_id, id)
);

-- A person's actions. An operation that is here is not applied again.
CREATE TABLE operations (
    user_id  uuid NOT NULL,
    id       uuid NOT NULL,
    sequence bigint NOT NULL,
    body     jsonb NOT NULL,
    done_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id)
);
CREATE INDEX operations_done_at ON operations (done_at);

-- Removed parts are kept for a while, for undo.
CREATE TABLE parts (
    user_id      uuid NOT NULL,
    id           text NOT NULL,
    request      uuid,
    recipe_id    uuid,
    recipe       text NOT NULL DEFAULT '',
    text         text NOT NULL,
    quantity     double precision,
    quantity_max double precision,
    unit         text NOT NULL,
    name         text NOT NULL,
    note         text NOT NULL,
    position     double precision NOT NULL,
    ticked       text NOT NULL DEFAULT '', -- by this operation
    removed      text NOT NULL DEFAULT '', -- by this operation
    changed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id)
);
CREATE INDEX parts_on_list ON parts (user_id) WHERE removed = '';
CREATE INDEX parts_by_request ON parts (user_id, request);
CREATE INDEX parts_removed ON parts (changed_at) WHERE removed <> '';

-- Where a person has moved foods to.
CREATE TABLE foods (
    user_id  uuid NOT NULL,
    food     text NOT NULL,
    aisle    text NOT NULL DEFAULT '',
    position double precision,
    PRIMARY KEY (user_id, food)
);

-- Erased users. Their messages still in flight must not recreate them; ids are never reused.
CREATE TABLE erased (
    user_id uuid PRIMARY KEY
);

-- Feed messages that can never be applied, with the reason.
CREATE TABLE parked (
    sequence  bigint PRIMARY KEY,
    subject   text NOT NULL,
    reason    text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now()
);
