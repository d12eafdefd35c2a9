package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The commands in the rebuild runbook do what it says: they rebuild the index, restore the old one
// with what came since, and free its space.
func TestRunbookRebuild(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	ada.Create(t, larder.Named("Soup"))
	server.Settled(t)
	scripts, _ := runbook(t, "rebuild.md", "")
	require.Len(t, scripts, 4)
	for i, script := range scripts[:3] {
		out, err := server.Shell(t, script)
		require.NoError(t, err, out)
		if i == 0 {
			require.Contains(t, out, "compared with the ledger")
		}
		ada.Create(t, larder.Named(fmt.Sprintf("Bread %d", i)))
		require.Len(t, ada.All(t, 10), i+2, "after %s", script)
	}
	larder.Soon(t, deadline, func() string { // a second after the last write
		if out, err := server.Shell(t, scripts[3]); err != nil || !strings.Contains(out, "Soup") {
			return out
		}
		return ""
	})
	for _, flag := range []string{"--rollback", "--drop-old"} {
		none := server.Run(t, "", "rebuild", "search", flag)
		require.Equal(t, 1, none.Code)
		require.Contains(t, none.Stderr, "no old view is kept")
	}
	require.Equal(t, 2, server.Run(t, "", "rebuild", "search", "--rollback", "--drop-old").Code)
	server.MustRun(t, "", "rebuild", "replica")
	server.MustRun(t, "", "backup", "verify")
	server.Restart(t)
	require.Len(t, ada.All(t, 10), 4)
}

// A rebuilt index that lacks a recipe in the ledger doesn't replace one that has it: the rebuild is
// refused with the difference, and succeeds once the stream is complete again.
func TestRebuildIsComparedWithTheLedger(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	ada.Create(t, larder.Named("Bread"))
	server.Settled(t)
	stream, err := larder.JetStream(t, server.RunFile(t).NATSURL).Stream(t.Context(), "LARDER")
	require.NoError(t, err)
	last, err := stream.GetLastMsgForSubject(t.Context(), "larder.recipe."+ada.User.ID+"."+soup.ID)
	require.NoError(t, err)
	require.NoError(t, stream.DeleteMsg(t.Context(), last.Sequence))

	for _, view := range []string{"search", "replica"} {
		refused := server.Run(t, "", "rebuild", view)
		require.Equal(t, 1, refused.Code)
		require.Contains(t, refused.Stderr, "differs from the ledger in 1 places")
		require.Contains(t, refused.Stderr, soup.ID)
	}
	require.Len(t, ada.All(t, 10), 2)
	server.MustRun(t, "", "backup", "verify")
	server.MustRun(t, "", "reconcile", "--repair")
	server.MustRun(t, "", "rebuild", "search")
	server.MustRun(t, "", "rebuild", "replica")
	require.Len(t, ada.All(t, 10), 2)
}

// A kill during a rebuild changes nothing that serves, the partial result is removed, and the next
// rebuild completes.
func TestKilledDuringARebuild(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	const recipes = 3000
	var lines [][]byte
	for i := range recipes {
		lines = append(lines, fmt.Appendf(nil, `{"name":"Dish%d"}`, i))
	}
	server.MustRun(t, "", "import", larder.WriteLines(t, lines))
	server.Settled(t)
	generations := func() []string {
		found, err := filepath.Glob(filepath.Join(server.DataDir, "search", "generation-*"))
		require.NoError(t, err)
		return found
	}
	serving := generations()
	require.Len(t, serving, 1)
	server.Follow(t, "rebuild", "search")
	larder.Soon(t, deadline, func() string {
		if len(generations()) < 2 {
			return "the rebuild hasn't begun"
		}
		return ""
	})
	server.Kill9(t)
	server.Start(t)
	require.Equal(t, recipes, ada.Search(t, "limit", "1").Total)
	if after := generations(); len(after) == 1 { // it was killed before the swap
		require.Equal(t, serving, after)
	}
	server.MustRun(t, "", "rebuild", "search")
	require.Equal(t, recipes, ada.Search(t, "limit", "1").Total)
	server.MustRun(t, "", "reconcile")
}

// A point-in-time index is created beside the serving one, searched and removed; deleted users
// aren't in it any more.
func TestIndexOfThePast(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada, ben := server.AddUser(t, "ada"), server.AddUser(t, "ben")
	soup, _ := ada.Create(t, larder.Named("Soup"))
	bread, _ := ada.Create(t, larder.Named("Bread"))
	ben.Create(t, larder.Named("Pie"))
	then := time.Now().UTC().Format(time.RFC3339Nano)
	ada.Do(t, http.MethodPut, "/api/recipes/"+soup.ID, map[string]any{"name": "Stew"}, "If-Match", `"1"`).Want(t, http.StatusOK)
	ada.Do(t, http.MethodDelete, "/api/recipes/"+bread.ID, nil).Want(t, http.StatusNoContent)
	ada.Create(t, larder.Named("Toast"))

	require.Contains(t, server.MustRun(t, "", "rebuild", "search", "--until", then, "--into", "before").Stdout, "3 recipes")
	look := func(user string, words ...string) string {
		return server.MustRun(t, "", append([]string{"past", "look", "before", "--user", user}, words...)...).Stdout
	}
	require.Equal(t, bread.ID+"  version 1  Bread\n"+soup.ID+"  version 1  Soup\n", look("ada"))
	require.Equal(t, soup.ID+"  version 1  Soup\n", look("ada", "sou"))
	require.Contains(t, look("ben"), "Pie")
	require.Len(t, ada.All(t, 10), 2)

	for _, wrong := range [][]string{
		{"rebuild", "search", "--until", then},
		{"rebuild", "cache", "--until", then, "--into", "x"},
		{"rebuild", "search", "--until", then, "--into", "../x"},
	} {
		require.Equal(t, 2, server.Run(t, "", wrong...).Code, wrong)
	}
	require.Contains(t, server.MustRun(t, "", "user", "delete", "ada").Stdout, "indices of the past: 2")
	require.Contains(t, look("ben"), "Pie")
	server.MustRun(t, "", "past", "drop", "before")
	gone := server.Run(t, "", "past", "look", "before", "--user", "ben")
	require.Equal(t, 1, gone.Code)
	require.Contains(t, gone.Stderr, "there is no such index")
}

const (
	writesPerSecond   = 100
	searchesPerSecond = 300
	standing          = 400 // pre-existing recipes
)

// During a rebuild and the old index's restoration, a hundred writes and three hundred searches a
// second continue: no search fails or misses a pre-existing recipe.
func TestNothingIsMissedDuringARebuild(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	var lines [][]byte
	for i := range standing {
		lines = append(lines, fmt.Appendf(nil, `{"name":"Standing dish%d"}`, i))
	}
	server.MustRun(t, "", "import", larder.WriteLines(t, lines))
	server.Settled(t)

	ben := server.AddUser(t, "ben") // ben, since ada's searches would wait for her own writes
	load := startLoad(t, ben, ada)
	for _, args := range [][]string{{"rebuild", "search"}, {"rebuild", "search", "--rollback"}, {"rebuild", "search"}} {
		server.MustRun(t, "", args...)
	}
	load.stop()
	t.Logf("%d searches, %d writes", load.searches.Load(), load.writes.Load())
	require.Empty(t, load.wrong())
	require.Greater(t, load.searches.Load(), int64(200))
	require.Greater(t, load.writes.Load(), int64(20))
	server.Settled(t)
	require.Len(t, ada.All(t, 100), standing)
	require.Len(t, ben.All(t, 100), int(load.writes.Load()))
	server.MustRun(t, "", "reconcile")
}

type load struct {
	searches, writes atomic.Int64

	stop   func()
	mu     sync.Mutex
	failed []string
}

func (l *load) wrong() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

func (l *load) notef(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = append(l.failed, fmt.Sprintf(format, args...))
}

// startLoad makes one cook write and the other one search at a fixed rate until stop.
func startLoad(t *testing.T, writer, reader *larder.Client) *load {
	t.Helper()
	l := &load{}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	l.stop = func() { cancel(); running.Wait() }
	t.Cleanup(l.stop)
	pace := func(perSecond int, do func(n int)) {
		const hands = 4
		var drawn atomic.Int64
		for range hands {
			running.Go(func() {
				ticks := time.NewTicker(hands * time.Second / time.Duration(perSecond))
				defer ticks.Stop()
				for {
					select {
					case <-ticks.C:
						do(int(drawn.Add(1)))
					case <-ctx.Done():
						return
					}
				}
			})
		}
	}
	pace(writesPerSecond, func(n int) {
		answer, err := writer.Try(larder.Request{Method: http.MethodPost, Path: "/api/recipes", Body: larder.Named(fmt.Sprintf("Late %d", n))})
		if err != nil || answer.Status != http.StatusCreated {
			l.notef("write %d: %d %v", n, answer.Status, err)
			return
		}
		l.writes.Add(1)
	})
	pace(searchesPerSecond, func(n int) {
		name := fmt.Sprintf("dish%d", n%standing)
		answer, err := reader.Try(larder.Request{Method: http.MethodGet, Path: "/api/recipes?q=" + name})
		if err != nil || answer.Status != http.StatusOK || !strings.Contains(string(answer.Body), `"Standing `+name+`"`) {
			l.notef("search for %s: %d %v %s", name, answer.Status, err, answer.Body)
			return
		}
		l.searches.Add(1)
	})
	return l
}
