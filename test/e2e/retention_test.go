//go:build retention

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

const (
	doomedRecipes = 200 // deleted longer ago than the retention
	livingRecipes = 60
	lateRecipes   = 10 // deleted a moment ago
	killsBetween  = 3
)

// The process is repeatedly killed while it forgets recipes: left alone, it then forgets everything
// due, in every store, and touches nothing else. A failover, a failback and a rebuild of every view
// bring nothing back, and every store agrees with the ledger afterwards.
func TestForgettingIsKilledAndMoved(t *testing.T) {
	t.Parallel()
	server := larder.Start(t, "LARDER_RETENTION=1h")
	ada := server.AddUser(t, "ada", "--grocery")
	f := newForgotten(t, server, ada)
	f.reportf("before", "the word is in %d places", len(f.places()))
	require.GreaterOrEqual(t, len(f.places()), 8, "the word is looked for where it is")

	f.age()
	server.Stop(t)
	for kill := range killsBetween {
		server.Launch(t)
		done := f.untilForgotten((kill + 1) * doomedRecipes / (killsBetween + 1))
		server.Kill9(t)
		require.Less(t, done, doomedRecipes, "killed in the middle")
		f.reportf(fmt.Sprintf("kill %d", kill+1), "kill -9 with %d of %d forgotten", done, doomedRecipes)
	}
	// The backup takes over during the primary's work, and is killed when the tables have no text
	// but the stream still has.
	server.Start(t)
	server.MustRun(t, "", "failover")
	f.reportf("failover", "in the middle, with %s", f.state())
	f.untilLeft(doomedRecipes / 2)
	server.Kill9(t)
	server.Start(t)
	f.reportf("kill -9", "in the middle of the stream's part, with %s", f.state())
	f.settled()
	f.check("after the kills and the failover")

	for _, step := range []string{"failback", "failover", "failback"} {
		server.MustRun(t, "", step)
		f.writes("after " + step)
		f.settled()
		f.check("after " + step)
	}
	for _, view := range []string{"search", "cache", "replica", "grocery"} {
		server.MustRun(t, "", "rebuild", view)
		f.settled()
		f.check("after rebuild " + view)
	}
	server.Stop(t)
	index := openIndex(t, server, "search")
	require.NotContains(t, names(t, index), doomedWord)
	require.Contains(t, names(t, index), "bread")
	require.NoError(t, index.Close())
	server.Start(t)
	f.settled()
	f.check("after a restart, and 0 documents of the index")
	for _, id := range f.late {
		ada.Do(t, http.MethodPost, "/api/recipes/"+id+"/restore", map[string]any{"version": 1}).Want(t, http.StatusOK)
	}
	f.reportf("restore", "%d that were deleted a moment ago are there again", len(f.late))
}

// forgotten is a kitchen of which a part is due for forgetting.
type forgotten struct {
	*testing.T

	server *larder.Server
	ada    *larder.Client

	doomed, late []string
	living       map[string]string // by id: the recipe as read, with its history
	numbers      []string          // of every deleted recipe
}

// doomedWord is in every text to be forgotten, and nowhere else.
const doomedWord = "zabaglione"

func newForgotten(t *testing.T, server *larder.Server, ada *larder.Client) *forgotten {
	t.Helper()
	f := &forgotten{T: t, server: server, ada: ada, living: map[string]string{}}
	full := func(word string, i int) map[string]any {
		return map[string]any{
			"name": fmt.Sprintf("A %s %d", word, i), "description": word, "notes": word, "tags": []string{word},
			"yield": word, "author": word, "nutrition": map[string]any{"calories": word},
			"source_url": "https://example.com/" + word, "ingredients": []map[string]any{{"text": "2 " + word}},
			"steps": []map[string]any{{"text": "Stir the " + word + "."}},
		}
	}
	cook := func(word string, i int) string {
		made, _ := ada.Create(t, full(word, i))
		path := "/api/recipes/" + made.ID
		if i%4 == 0 {
			ada.Do(t, http.MethodPost, path+"/grocery", map[string]any{}).Want(t, http.StatusAccepted)
		}
		if i%10 == 0 {
			ada.Attach(t, made.ID, word+".txt", strings.NewReader("How it is stirred")).Want(t, http.StatusCreated)
		}
		ada.Do(t, http.MethodPut, path, full("other "+word, i), "If-Match", "*", "Idempotency-Key", made.ID).Want(t, http.StatusOK)
		return made.ID
	}
	remove := func(id string) string {
		ada.Do(t, http.MethodDelete, "/api/recipes/"+id, nil).Want(t, http.StatusNoContent)
		return id
	}
	for i := range doomedRecipes {
		f.doomed = append(f.doomed, remove(cook(doomedWord, i)))
	}
	for i := range lateRecipes {
		f.late = append(f.late, remove(cook("late", i)))
	}
	for i := range livingRecipes {
		f.living[cook("bread", i)] = ""
	}
	server.Settled(t)
	for id := range f.living {
		f.living[id] = f.read(id)
	}
	f.numbers = f.rows(f.server.RunFile(t).PostgresURL)
	return f
}

// read returns a recipe with its history, without file addresses, which change.
func (f *forgotten) read(id string) string {
	f.Helper()
	recipe := f.ada.Get(f.T, id).Want(f.T, http.StatusOK).Recipe(f.T)
	versions := f.ada.Do(f.T, http.MethodGet, "/api/recipes/"+id+"/history", nil).Want(f.T, http.StatusOK)
	first := f.ada.Do(f.T, http.MethodGet, "/api/recipes/"+id+"/history/1", nil).Want(f.T, http.StatusOK)
	recipe.Files = nil
	text, err := json.Marshal(recipe)
	require.NoError(f.T, err)
	var files []string
	for _, file := range f.ada.Files(f.T, id) {
		files = append(files, file.ID+" "+file.Name)
	}
	return fmt.Sprintf("%s %v %s %s", text, files, versions.Body, first.Body)
}

// rows returns the deleted recipes' numbers in a database.
func (f *forgotten) rows(url string) []string {
	f.Helper()
	return texts(f.T, larder.Postgres(f.T, url), `SELECT concat_ws(' ', id, user_id, version, change) FROM recipes
		WHERE deleted_at IS NOT NULL ORDER BY id`)
}

// age backdates the deletions by two hours, on both databases alike, so that comparing them finds
// no difference made by this test.
func (f *forgotten) age() {
	f.Helper()
	run := f.server.RunFile(f.T)
	for _, url := range []string{run.PostgresURL, run.BackupPostgresURL} {
		_, err := larder.Postgres(f.T, url).Exec(f.Context(), `UPDATE recipes
			SET deleted_at = deleted_at - interval '2 hours', updated_at = updated_at - interval '2 hours'
			WHERE id = ANY($1::text[]::uuid[])`, f.doomed)
		require.NoError(f.T, err)
	}
}

// untilForgotten waits until the running server has forgotten enough, and returns how many.
func (f *forgotten) untilForgotten(enough int) (done int) {
	f.Helper()
	conn := f.primaryOf()
	larder.Soon(f.T, time.Minute, func() string {
		if conn == nil || conn.QueryRow(f.Context(), `SELECT count(*) FROM recipes WHERE name = ''`).Scan(&done) != nil {
			conn = f.primaryOf()
			return "the database isn't there yet"
		}
		if done < enough {
			return fmt.Sprint(done, " are forgotten")
		}
		return ""
	})
	return done
}

// primaryOf connects to the primary of a server that may still be starting; nil if that isn't
// possible yet.
func (f *forgotten) primaryOf() *pgx.Conn {
	if _, err := os.Stat(filepath.Join(f.server.DataDir, "run.json")); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(f.Context(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, f.server.RunFile(f.T).PostgresURL)
	if err != nil {
		return nil
	}
	f.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = conn.Close(ctx)
	})
	return conn
}

// counts returns, for each database, how many recipes it has forgotten, and how many it knows the
// stream still has text of.
func (f *forgotten) counts() (forgotten, left map[string]int) {
	f.Helper()
	forgotten, left = map[string]int{}, map[string]int{}
	run := f.server.RunFile(f.T)
	for name, url := range map[string]string{"first": run.PostgresURL, "second": run.BackupPostgresURL} {
		var n, m int
		conn := larder.Postgres(f.T, url)
		require.NoError(f.T, conn.QueryRow(f.Context(), `SELECT (SELECT count(*) FROM recipes WHERE name = ''),
			(SELECT count(*) FROM text_removals)`).Scan(&n, &m))
		require.NoError(f.T, conn.Close(f.Context()))
		forgotten[name], left[name] = n, m
	}
	return forgotten, left
}

func (f *forgotten) state() string {
	f.Helper()
	forgotten, left := f.counts()
	return fmt.Sprintf("%d forgotten on the first database and %d on the second, %d and %d to be taken out of the stream",
		forgotten["first"], forgotten["second"], left["first"], left["second"])
}

// untilLeft waits until the second database, which leads, has forgotten everything, and at most few
// are left in the stream.
func (f *forgotten) untilLeft(few int) {
	f.Helper()
	larder.Soon(f.T, time.Minute, func() string {
		if forgotten, left := f.counts(); forgotten["second"] < doomedRecipes || left["second"] > few {
			return f.state()
		}
		return ""
	})
}

// settled waits until neither database has anything to forget, the leading one has nothing to purge
// from the stream (the other remembers past purges for a day), and every view is up to date.
func (f *forgotten) settled() {
	f.Helper()
	larder.Soon(f.T, 2*time.Minute, func() string {
		forgotten, left := f.counts()
		if forgotten["first"] < doomedRecipes || forgotten["second"] < doomedRecipes || min(left["first"], left["second"]) > 0 {
			return f.state()
		}
		return ""
	})
	f.server.CaughtUp(f.T)
	f.server.Settled(f.T)
}

// writes waits until the server accepts writes again.
func (f *forgotten) writes(name string) {
	f.Helper()
	larder.Soon(f.T, deadline, func() string {
		answer := f.ada.Do(f.T, http.MethodPost, "/api/recipes", larder.Named(name))
		if answer.Status != http.StatusCreated {
			return string(answer.Body)
		}
		f.living[answer.Recipe(f.T).ID] = ""
		return ""
	})
}

// places names where the word is. What was put on a shopping list is the cook's own.
func (f *forgotten) places() []string {
	f.Helper()
	return slices.DeleteFunc(mentioning(everyPlace(f.T, f.server), doomedWord), func(place string) bool {
		return strings.HasPrefix(place, "grocery ")
	})
}

// check looks for the word in every store, compares the numbers on both databases and each living
// recipe with its history, requests forgotten ones, and checks that all stores agree.
func (f *forgotten) check(when string) {
	f.Helper()
	require.Empty(f.T, f.places(), when)
	run := f.server.RunFile(f.T)
	require.Equal(f.T, f.numbers, f.rows(run.PostgresURL), when)
	require.Equal(f.T, f.numbers, f.rows(run.BackupPostgresURL), when)
	for id, before := range f.living {
		if before == "" {
			f.living[id] = f.read(id)
			continue
		}
		require.Equal(f.T, before, f.read(id), when)
	}
	for _, id := range f.doomed[:10] {
		f.ada.Get(f.T, id).Want(f.T, http.StatusNotFound)
		for _, path := range []string{"/history", "/history/1", "/history/3"} {
			f.ada.Do(f.T, http.MethodGet, "/api/recipes/"+id+path, nil).Want(f.T, http.StatusGone)
		}
		f.ada.Do(f.T, http.MethodPost, "/api/recipes/"+id+"/restore", map[string]any{"version": 1}).Want(f.T, http.StatusGone)
	}
	listed := map[string]bool{}
	for _, item := range f.ada.All(f.T, 100) {
		listed[item.ID] = true
	}
	require.ElementsMatch(f.T, slices.Collect(maps.Keys(f.living)), slices.Collect(maps.Keys(listed)), when)
	require.Empty(f.T, reconciled(f.T, f.server, 0), when)
	f.server.MustRun(f.T, "", "backup", "verify")
	f.reportf(when, "0 places with a word of %d forgotten; %d living with their history as before; 0 differences; both databases equal",
		len(f.doomed), len(f.living))
}

func (f *forgotten) reportf(when, format string, args ...any) {
	f.Helper()
	f.Logf("| %s | %s |", when, fmt.Sprintf(format, args...))
}
