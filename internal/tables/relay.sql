-- Reads of the ledger for the relay, for republishing and for comparisons with the stream.

-- Never uses "id > cursor": an id is drawn before its transaction commits.
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

-- The condition matches the index event_log_unpublished_by_user.
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

-- Separate statements for one user and for all, so that each gets its own plan.
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

-- All versions of a recipe, or only version $2 if it isn't 0.
-- name: Versions :many
SELECT e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	(e.published_at IS NOT NULL)::boolean AS published, coalesce(e.stream_sequence, 0)::bigint AS sequence,
	(e.type = 'grocery.requested' AND e.stream_sequence IS NOT DISTINCT FROM 0)::boolean AS restored
FROM event_log e WHERE hashtextextended(e.subject, 0) = hashtextextended($1, 0) AND e.subject = $1 AND ($2::bigint = 0 OR e.version = $2)
ORDER BY e.version;

-- A version of a recipe, or the next one that exists.
-- name: VersionFrom :one
SELECT event_id, type, schema_version, version, data FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version >= $2 ORDER BY version LIMIT 1;

-- name: VersionAt :one
SELECT event_id, type, schema_version, data FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version = $2;

-- A recipe's versions before one, newest first, without erased ones.
-- name: VersionsBefore :many
SELECT version, type, (data ->> 'name')::text AS name, time FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended(@subject, 0) AND subject = @subject AND version < @before
	AND NOT (type = 'recipe.deleted' AND data ->> 'name' = '') ORDER BY version DESC LIMIT @most;

-- How many versions of a recipe follow one, if all of them are marks, and 0 otherwise. It reads at most 100; a caller who is further
-- behind gets 100, which isn't how far behind they are.
-- name: MarksAfter :one
SELECT (CASE WHEN bool_and(type = 'recipe.marked') THEN count(*) ELSE 0 END)::bigint FROM event_log
WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1
	AND version > $2::bigint AND version <= $2::bigint + 100;

-- name: HasVersionFrom :one
SELECT EXISTS (SELECT FROM event_log
	WHERE hashtextextended(subject, 0) = hashtextextended(@subject, 0) AND subject = @subject AND version >= @version);

-- The last row, up to a time if one is given, under the hash of each subject. It belongs to the subject, unless another subject
-- has the same hash; then the row is left out. The planner assumes few rows per subject and would sort them; the range, which
-- is a single hash, and ordering by the index keep it from reading every version of a recipe.
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

-- The last row of each subject itself.
-- name: LatestOfSubject :many
SELECT e.id, e.event_id, e.type, e.schema_version, e.time, e.subject, e.version, e.change, e.traceparent, e.data,
	(e.published_at IS NOT NULL)::boolean AS published, coalesce(e.stream_sequence, 0)::bigint AS sequence,
	(e.type = 'grocery.requested' AND e.stream_sequence IS NOT DISTINCT FROM 0)::boolean AS restored
FROM (SELECT DISTINCT unnest(@subjects::text[]) AS subject) AS asked JOIN event_log e ON e.id = (
	SELECT n.id FROM event_log n WHERE hashtextextended(n.subject, 0) = hashtextextended(asked.subject, 0) AND n.subject = asked.subject
		AND (sqlc.narg(until)::timestamptz IS NULL OR n.time <= sqlc.narg(until))
	ORDER BY n.version DESC, n.id DESC LIMIT 1);

-- The subjects that have a row in the ledger, found as in LatestOfHash.
-- name: KnownByHash :many
SELECT asked.subject::text FROM (SELECT unnest(@subjects::text[]) AS subject) AS asked JOIN event_log e ON e.id = (
	SELECT n.id FROM event_log n WHERE hashtextextended(n.subject, 0)
			BETWEEN hashtextextended(asked.subject, 0) AND hashtextextended(asked.subject, 0)
	ORDER BY hashtextextended(n.subject, 0) DESC, n.version DESC, n.id DESC LIMIT 1)
WHERE e.subject = asked.subject;

-- name: KnownBySubject :many
SELECT asked.subject::text FROM (SELECT unnest(@subjects::text[]) AS subject) AS asked WHERE EXISTS (SELECT FROM event_log e
	WHERE hashtextextended(e.subject, 0) = hashtextextended(asked.subject, 0) AND e.subject = asked.subject);
