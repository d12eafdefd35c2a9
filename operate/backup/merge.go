package backup

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// merge makes the target's rows of a group match the copy, except for later changes: each user's
// bound is the last change number in the copy. A user unknown to the source has no bound, so
// everything of theirs is deleted; exact treats all users that way.
func merge(columns map[string][]string, last string, exact bool) *pgx.Batch {
	guard := func(newer string) string {
		if exact {
			return "true"
		}
		return newer
	}
	work := &pgx.Batch{}
	work.Queue(`INSERT INTO copy_bounds SELECT user_id, max(change) FROM
		(SELECT user_id, change FROM copy_user_changes UNION ALL SELECT user_id, change FROM copy_event_log) AS drawn
		GROUP BY user_id`)
	if exact {
		work.Queue(`UPDATE copy_bounds SET change = 9223372036854775807`)
	}
	work.Queue(`INSERT INTO copy_bounds SELECT DISTINCT user_id, 9223372036854775807 FROM copy_known ON CONFLICT DO NOTHING`)

	// As the replica does if an older account still has a name: the copy's owner gets it.
	work.Queue(`UPDATE users SET name_key = users.id::text FROM copy_users c WHERE users.name_key = c.name_key AND users.id <> c.id`)
	mergeTable(work, columns, users, "true", guard("have.version <= excluded.version"))
	mergeTable(work, columns, recipes, "have.change <= b.change", guard("have.change <= excluded.change"))
	work.Queue(`DELETE FROM ingredients have USING copy_bounds b WHERE have.user_id = b.user_id
		AND NOT EXISTS (SELECT FROM recipes r WHERE r.user_id = have.user_id AND r.id = have.recipe_id)`)
	// Skip the rows of a recipe changed since, along with the target's own.
	work.Queue(`DELETE FROM copy_ingredients i WHERE NOT EXISTS (SELECT FROM recipes r JOIN copy_recipes c USING (user_id, id, change)
		WHERE r.user_id = i.user_id AND r.id = i.recipe_id)`)
	mergeTable(work, columns, ingredients,
		`EXISTS (SELECT FROM recipes r JOIN copy_recipes c USING (user_id, id, change)
			WHERE r.user_id = have.user_id AND r.id = have.recipe_id)`,
		"true")
	mergeTable(work, columns, userChanges, "have.change <= b.change", guard("have.change <= excluded.change"))
	// A row with another number isn't the source's. Delete it before inserting the right one.
	work.Queue(`DELETE FROM event_log have USING copy_event_log c WHERE have.event_id = c.event_id AND have.id <> c.id`)
	mergeTable(work, columns, ledger, "have.change <= b.change", "true")
	work.Queue(`UPDATE event_log have SET published_at = c.published_at, stream_sequence = c.stream_sequence
		FROM copy_event_log c WHERE have.id = c.id AND have.published_at IS NULL AND c.published_at IS NOT NULL`)
	mergeTable(work, columns, keys, "true", "true")
	work.Queue(`UPDATE backup_copy SET done_to = $1`, last)
	return work
}

// mergeTable deletes rows missing from the copy, if deletable says that the copy covers them, and
// writes those that differ, if newer says that the copy's is newer.
func mergeTable(work *pgx.Batch, columns map[string][]string, name, deletable, newer string) {
	t := tables()[slices.IndexFunc(tables(), func(t table) bool { return t.name == name })]
	names := columns[name]
	same := make([]string, len(t.key))
	for i, column := range t.key {
		same[i] = "have." + column + " = c." + column
	}
	work.Queue(fmt.Sprintf(`DELETE FROM %[1]s have USING copy_bounds b WHERE have.%[2]s = b.user_id AND %[3]s
		AND NOT EXISTS (SELECT FROM copy_%[1]s c WHERE %[4]s)`, name, t.user, deletable, strings.Join(same, " AND ")))
	work.Queue(fmt.Sprintf(`INSERT INTO %[1]s AS have (%[2]s) SELECT %[2]s FROM copy_%[1]s
		ON CONFLICT (%[3]s) DO UPDATE SET (%[2]s) = ROW (%[4]s) WHERE %[5]s AND %[6]s IS DISTINCT FROM %[7]s`,
		name, list("", names), list("", t.key), list("excluded.", names), newer,
		compared(name, "have.", names), compared(name, "excluded.", names)))
}

// array formats ids, which need no quoting, as a Postgres array.
func array(ids []string) string { return "{" + strings.Join(ids, ",") + "}" }

// union merges two lists into distinct values, in order.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
