-- What the ledger is asked for by whoever brings it to the stream, or compares it with one.

-- By id, and never "id > cursor": an id is drawn before its transaction commits.
-- name: Unpublished :many
SELECT id, event_id, type, schema_version, time, subject, version, change, traceparent, data, (stream_sequence IS NOT NULL)::boolean AS again
FROM event_log WHERE published_at IS NULL AND id <> ALL (coalesce(@under_way, '{}'::bigint[])) ORDER BY id LIMIT @most;

-- name: MarkPublished :exec
UPDATE event_log SET published_at = @at, stream_sequence = mark.sequence
FROM (SELECT unnest(@ids::bigint[]) AS id, unnest(@sequences::bigint[]) AS sequence) AS mark WHERE event_log.id = mark.id;

-- name: Backlog :one
SELECT count(*) AS events, coalesce(min(id) FILTER (WHERE stream_sequence IS NULL), 0)::bigint AS first,
	coalesce(max(id) FILTER (WHERE stream_sequence IS NULL), 0)::bigint AS last,
	min(time) FILTER (WHERE stream_sequence IS NULL) AS oldest
FROM event_log WHERE published_at IS NULL;

-- In the words of event_log_unpublished_by_user.
-- name: UnpublishedOf :one
SELECT count(*) FROM event_log WHERE user_id = $1 AND (published_at IS NULL) IS TRUE;

-- name: NextOwner :many
SELECT user_id FROM event_log WHERE user_id > $1 ORDER BY user_id LIMIT 1;

-- name: Published :many
SELECT e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	(EXISTS (SELECT FROM event_log n WHERE hashtextextended(n.subject, 0) = hashtextextended(e.subject, 0) AND n.subject = e.subject
		AND n.version > e.version))::boolean AS superseded
FROM (SELECT p.id, p.event_id, p.type, p.schema_version, p.time, p.subject, p.version, p.change, p.traceparent, p.data
	FROM event_log p WHERE p.user_id = @user_id AND p.change > @after AND p.published_at IS NOT NULL
		AND NOT (p.type = 'grocery.requested' AND p.stream_sequence IS NOT DISTINCT FROM 0)
	ORDER BY p.change LIMIT @most) AS e ORDER BY e.change;

-- The statements for one user and for all differ, so that each has its plan.
-- name: CountPublished :one
SELECT count(*) FROM event_log WHERE published_at IS NOT NULL AND NOT (type = 'grocery.requested' AND stream_sequence IS NOT DISTINCT FROM 0);

-- name: CountPublishedOf :one
SELECT count(*) FROM event_log WHERE published_at IS NOT NULL AND NOT (type = 'grocery.requested' AND stream_sequence IS NOT DISTINCT FROM 0)
	AND user_id = $1;

-- name: CountEvents :one
SELECT count(*) FROM event_log;

-- name: CountEventsOf :one
SELECT count(*) FROM event_log WHERE user_id = $1;

-- name: LastChangeOf :one
SELECT coalesce(max(change), 0)::bigint FROM event_log WHERE user_id = $1;

-- name: LedgerPage :one
SELECT count(*) AS rows, coalesce(max(page.change), 0)::bigint AS last FROM (SELECT e.change FROM event_log e
	WHERE e.user_id = @user_id AND e.change > @after ORDER BY e.change LIMIT @most) AS page;

-- name: LatestBetween :many
SELECT e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	(e.published_at IS NOT NULL)::boolean AS published, coalesce(e.stream_sequence, 0)::bigint AS sequence,
	(e.type = 'grocery.requested' AND e.stream_sequence IS NOT DISTINCT FROM 0)::boolean AS restored
FROM event_log e WHERE e.user_id = $1 AND e.change > $2 AND e.change <= $3 AND NOT EXISTS (SELECT FROM event_log n
	WHERE hashtextextended(n.subject, 0) = hashtextextended(e.subject, 0) AND n.subject = e.subject
		AND n.version >= e.version AND (n.version, n.id) > (e.version, e.id))
ORDER BY e.change;

-- All versions of a recipe, or one where $2 isn't 0.
-- name: Versions :many
SELECT e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	(e.published_at IS NOT NULL)::boolean AS published, coalesce(e.stream_sequence, 0)::bigint AS sequence,
	(e.type = 'grocery.requested' AND e.stream_sequence IS NOT DISTINCT FROM 0)::boolean AS restored
FROM event_log e WHERE hashtextextended(e.subject, 0) = hashtextextended($1, 0) AND e.subject = $1 AND ($2::bigint = 0 OR e.version = $2)
ORDER BY e.version;

-- A version of a recipe, or the next one that there is.
-- name: VersionFrom :one
SELECT event_id, type, schema_version, version, data FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version >= $2 ORDER BY version LIMIT 1;

-- name: VersionAt :one
SELECT event_id, type, schema_version, data FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version = $2;

-- The versions of a recipe before one, the newest first, without those of which only the numbers are left.
-- name: VersionsBefore :many
SELECT version, type, (data ->> 'name')::text AS name, time FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended(@subject, 0) AND subject = @subject AND version < @before
	AND NOT (type = 'recipe.deleted' AND data ->> 'name' = '') ORDER BY version DESC LIMIT @most;

-- name: HasVersionFrom :one
SELECT EXISTS (SELECT FROM event_log
	WHERE hashtextextended(subject, 0) = hashtextextended(@subject, 0) AND subject = @subject AND version >= @version);

-- The last row, until a time where one is given, of the hash of each subject: that of the subject, unless another one has the
-- same hash, and then it is left out. The planner takes a subject for one with few rows, whose order it may as well make
-- itself; a range, which holds one hash here, and the order of the index keep it from reading all the versions of a recipe
-- that has many.
-- name: LatestOfHash :many
SELECT e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	(e.published_at IS NOT NULL)::boolean AS published, coalesce(e.stream_sequence, 0)::bigint AS sequence,
	(e.type = 'grocery.requested' AND e.stream_sequence IS NOT DISTINCT FROM 0)::boolean AS restored
FROM (SELECT DISTINCT unnest(@subjects::text[]) AS subject) AS asked JOIN event_log e ON e.id = (
	SELECT n.id FROM event_log n WHERE hashtextextended(n.subject, 0)
			BETWEEN hashtextextended(asked.subject, 0) AND hashtextextended(asked.subject, 0)
		AND (sqlc.narg(until)::timestamptz IS NULL OR n.time <= sqlc.narg(until))
	ORDER BY hashtextextended(n.subject, 0) DESC, n.version DESC, n.id DESC LIMIT 1)
WHERE e.subject = asked.subject;

-- The same of the subjects themselves.
-- name: LatestOfSubject :many
SELECT e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	(e.published_at IS NOT NULL)::boolean AS published, coalesce(e.stream_sequence, 0)::bigint AS sequence,
	(e.type = 'grocery.requested' AND e.stream_sequence IS NOT DISTINCT FROM 0)::boolean AS restored
FROM (SELECT DISTINCT unnest(@subjects::text[]) AS subject) AS asked JOIN event_log e ON e.id = (
	SELECT n.id FROM event_log n WHERE hashtextextended(n.subject, 0) = hashtextextended(asked.subject, 0) AND n.subject = asked.subject
		AND (sqlc.narg(until)::timestamptz IS NULL OR n.time <= sqlc.narg(until))
	ORDER BY n.version DESC, n.id DESC LIMIT 1);

-- Those of the subjects of which the ledger has a row, as LatestOfHash finds it.
-- name: KnownByHash :many
SELECT asked.subject::text FROM (SELECT unnest(@subjects::text[]) AS subject) AS asked JOIN event_log e ON e.id = (
	SELECT n.id FROM event_log n WHERE hashtextextended(n.subject, 0)
			BETWEEN hashtextextended(asked.subject, 0) AND hashtextextended(asked.subject, 0)
	ORDER BY hashtextextended(n.subject, 0) DESC, n.version DESC, n.id DESC LIMIT 1)
WHERE e.subject = asked.subject;

-- name: KnownBySubject :many
SELECT asked.subject::text FROM (SELECT unnest(@subjects::text[]) AS subject) AS asked WHERE EXISTS (SELECT FROM event_log e
	WHERE hashtextextended(e.subject, 0) = hashtextextended(asked.subject, 0) AND e.subject = asked.subject);
