-- +goose Up

-- A list is one person's. Its row is locked by whoever changes the list, so that its changes have an order.
CREATE TABLE lists (
    user_id  uuid PRIMARY KEY,
    sequence bigint NOT NULL DEFAULT 0, -- how many changes it has had
    aisles   text[] NOT NULL DEFAULT '{}'
);

-- What the feed asked for. A request that is here is not taken again.
CREATE TABLE requests (
    user_id   uuid NOT NULL,
    id        uuid NOT NULL,
    recipe_id uuid NOT NULL,
    recipe    text NOT NULL,
    servings  double precision,
    sequence  bigint NOT NULL,
    PRIMARY KEY (user_id, id)
);

-- What a person did. An operation that is here is not done again.
CREATE TABLE operations (
    user_id  uuid NOT NULL,
    id       uuid NOT NULL,
    sequence bigint NOT NULL,
    body     jsonb NOT NULL,
    done_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id)
);
CREATE INDEX operations_done_at ON operations (done_at);

-- A part that was taken off stays for a while, so that this can be undone.
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
    ticked       text NOT NULL DEFAULT '', -- the operation that did it
    removed      text NOT NULL DEFAULT '', -- the operation that did it
    changed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id)
);
CREATE INDEX parts_on_list ON parts (user_id) WHERE removed = '';
CREATE INDEX parts_by_request ON parts (user_id, request);
CREATE INDEX parts_removed ON parts (changed_at) WHERE removed <> '';

-- What a person's moving of things has taught.
CREATE TABLE foods (
    user_id  uuid NOT NULL,
    food     text NOT NULL,
    aisle    text NOT NULL DEFAULT '',
    position double precision,
    PRIMARY KEY (user_id, food)
);

-- Users who were erased. A message of theirs that was in hand already must not bring them back; ids are
-- never used again.
CREATE TABLE erased (
    user_id uuid PRIMARY KEY
);

-- Messages of the feed that can never be applied, with the reason.
CREATE TABLE parked (
    sequence  bigint PRIMARY KEY,
    subject   text NOT NULL,
    reason    text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now()
);
