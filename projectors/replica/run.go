package replica

import (
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/tables"
	"larder.dev/projectors"
)

// run collects events that are written together, by one statement per table: a statement costs more
// than a row. It ends before an event that must see what those before it wrote.
type run struct {
	again   bool // whether its recipes were published again
	recipes map[recipeKey]recipeRow
	changes map[string]int64 // the last one of each user
	entries entries
}

type recipeKey struct{ user, id string }

type recipeRow struct {
	data            string
	version, change int64
	deleted         bool
}

// entries are the columns of ledger rows.
type entries struct {
	known                                      map[string]bool // the events in here
	numbers, versions, changes, sequences      []int64
	ids, users, types, subjects, parents, data []string
	schemas                                    []int
	times, stored                              []time.Time
	recipes                                    []*string
}

func newRun() *run {
	return &run{recipes: map[recipeKey]recipeRow{}, changes: map[string]int64{}, entries: entries{known: map[string]bool{}}}
}

// takes reports whether a recipe's event can join: one statement has one answer to whether the same
// version is written over.
func (r *run) takes(event projectors.Event) bool {
	return len(r.recipes) == 0 || r.again == event.Again
}

// recipe adds a recipe's row unless the run has it as new or newer: a statement can write a row only once.
func (r *run) recipe(event projectors.Event, id, data string) {
	r.again = event.Again
	key := recipeKey{user: event.User(), id: id}
	if have, ok := r.recipes[key]; ok && (have.version > event.Version || have.version == event.Version && !event.Again) {
		return
	}
	r.recipes[key] = recipeRow{
		data: data, version: event.Version, change: event.Change, deleted: event.Type == events.RecipeDeleted,
	}
}

// change raises the user's change number to the event's.
func (r *run) change(event projectors.Event) {
	user := event.User()
	r.changes[user] = max(r.changes[user], event.Change)
}

// entry adds an event's ledger row.
func (r *run) entry(event projectors.Event) {
	e := &r.entries
	if e.known[event.ID] {
		return // delivered twice; the first counts
	}
	e.known[event.ID] = true
	var recipe *string
	if _, id, ok := events.RecipeOf(event.Subject); ok {
		recipe = &id
	}
	e.numbers, e.ids, e.users = append(e.numbers, event.Ledger), append(e.ids, event.ID), append(e.users, event.User())
	e.types, e.schemas = append(e.types, string(event.Type)), append(e.schemas, event.SchemaVersion)
	e.subjects, e.versions = append(e.subjects, event.Subject), append(e.versions, event.Version)
	e.changes, e.times = append(e.changes, event.Change), append(e.times, event.Time)
	e.parents, e.data = append(e.parents, event.TraceParent), append(e.data, string(event.Data))
	e.stored, e.sequences = append(e.stored, event.Stored), append(e.sequences, int64(event.Sequence))
	e.recipes = append(e.recipes, recipe)
}

// end queues what was collected and starts anew.
func (r *run) end(work *pgx.Batch) {
	r.queueRecipes(work)
	r.queueChanges(work)
	r.queueEntries(work)
	*r = *newRun()
}

func (r *run) queueRecipes(work *pgx.Batch) {
	if len(r.recipes) == 0 {
		return
	}
	var (
		users, ids, data []string
		changes          []int64
		deleted          []bool
	)
	for key, row := range r.recipes {
		users, ids, data = append(users, key.user), append(ids, key.id), append(data, row.data)
		changes, deleted = append(changes, row.change), append(deleted, row.deleted)
	}
	work.Queue(tables.ReplicateRecipes, users, ids, data, changes, deleted, r.again)
	clear(r.recipes)
}

func (r *run) queueChanges(work *pgx.Batch) {
	if len(r.changes) == 0 {
		return
	}
	users := slices.Sorted(maps.Keys(r.changes))
	changes := make([]int64, len(users))
	for i, user := range users {
		changes[i] = r.changes[user]
	}
	work.Queue(tables.RaiseChanges, users, changes)
}

func (r *run) queueEntries(work *pgx.Batch) {
	e := r.entries
	if len(e.ids) == 0 {
		return
	}
	work.Queue(tables.ReplicateEntries, e.numbers, e.ids, e.users, e.types, e.schemas, e.subjects, e.versions, e.changes, e.times,
		e.parents, e.data, e.stored, e.sequences, e.recipes)
}
