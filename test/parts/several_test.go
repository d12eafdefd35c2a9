package parts_test

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Two of each work together, and every process is killed once while cooks write: one relay leads,
// and another takes over when that one is gone; nothing acknowledged is lost, no event is there
// twice, and each user's are in order.
func TestTwoOfEach(t *testing.T) {
	t.Parallel()
	parts := larder.StartTwoOfEach(t)
	cooks := []*larder.Client{parts.AddUser(t, "ada"), parts.AddUser(t, "ben"), parts.AddUser(t, "cem")}
	load := startLoad(cooks)
	for range 3 { // each of the two leads at least once
		leader := leading(t, parts)
		load.more(t)
		parts.Take(leader).Kill9(t)
		load.more(t)
		other := leading(t, parts)
		require.NotEqual(t, leader, other)
		parts.Launch(t, leader).Ready(t)
	}
	for _, name := range []string{"projectors", "projectors-2", "command-api", "query-api-2"} {
		parts.Take(name).Kill9(t)
		load.more(t)
		parts.Launch(t, name).Ready(t)
	}
	load.stop()
	parts.CaughtUp(t)
	load.everywhereOnce(t, parts)
}

// Each process is stopped and replaced in turn, as in an update, without telling nginx: no request
// fails. make test-restarts repeats it ten times.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	rounds, restarts := 1, 0
	if os.Getenv("LARDER_FAULTS") == "long" {
		rounds = 10
	}
	parts := larder.StartTwoOfEach(t)
	load := startLoad([]*larder.Client{parts.AddUser(t, "ada"), parts.AddUser(t, "ben")})
	for range rounds {
		for _, component := range components() {
			for _, name := range []string{component, component + "-2"} {
				parts.Take(name).Stop(t)
				load.more(t)
				parts.Launch(t, name).Ready(t)
				restarts++
			}
		}
	}
	load.stop()
	t.Logf("%d restarts under load: %d of %d requests refused", restarts, len(load.failures()), load.asked.Load())
	require.Empty(t, load.failures(), "requests failed")
	parts.CaughtUp(t)
	load.everywhereOnce(t, parts)
}

// A stopping component reports not ready and keeps serving before it refuses connections: meanwhile
// a proxy that checks readiness sends its requests elsewhere.
func TestUnreadyBeforeTheEnd(t *testing.T) {
	t.Parallel()
	parts := larder.NewParts(t)
	parts.Migrate(t)
	api := parts.Launch(t, "query-api", "--drain", "1h")
	api.Ready(t)
	api.Signal(t, syscall.SIGTERM)
	larder.Soon(t, deadline, func() string {
		if answer := api.Probe(t, "/readyz"); answer.Status != http.StatusServiceUnavailable {
			return fmt.Sprintf("it says that it is ready: %s", answer.Body)
		}
		return ""
	})
	require.Equal(t, http.StatusUnauthorized, api.Probe(t, "/api/recipes").Status, "it still answers")
	api.Kill9(t)
}

// leading returns the relay that leads. There is never more than one.
func leading(t *testing.T, parts *larder.Parts) string {
	t.Helper()
	var leader string
	larder.Soon(t, deadline, func() string {
		leaders := []string{}
		for _, name := range []string{"relay", "relay-2"} {
			process := parts.Part(name)
			if process != nil && strings.Contains(string(process.Probe(t, "/metrics").Body), "\nlarder_relay_leads 1\n") {
				leaders = append(leaders, name)
			}
		}
		require.LessOrEqual(t, len(leaders), 1, "one relay leads")
		if len(leaders) == 0 {
			return "no relay leads"
		}
		leader = leaders[0]
		return ""
	})
	return leader
}

// load is cooks who write and read until they are stopped.
type load struct {
	cooks   []*larder.Client
	ending  chan struct{}
	working sync.WaitGroup
	asked   atomic.Int64 // requests
	done    atomic.Int64 // correctly answered pairs of a write and a read

	mu     sync.Mutex
	kept   map[string][]string // user's id → ids of acknowledged recipes
	failed []string
}

func startLoad(cooks []*larder.Client) *load {
	l := &load{cooks: cooks, ending: make(chan struct{}), kept: map[string][]string{}}
	for _, cook := range cooks {
		l.working.Go(func() { l.cook(cook) })
	}
	return l
}

func (l *load) cook(cook *larder.Client) {
	for n := 0; ; n++ {
		select {
		case <-l.ending:
			return
		default:
			l.write(cook, n)
		}
	}
}

// write creates a recipe, replaces it, every third time by a request without a key, and reads it.
func (l *load) write(cook *larder.Client, n int) {
	answer, ok := l.ask(cook, http.StatusCreated, larder.Request{
		Method: http.MethodPost, Path: "/api/recipes", Body: larder.Named("Soup " + strconv.Itoa(n)),
	})
	if !ok {
		return
	}
	recipe, err := answer.TryRecipe()
	if err != nil {
		l.fail(err.Error())
		return
	}
	l.mu.Lock()
	l.kept[cook.User.ID] = append(l.kept[cook.User.ID], recipe.ID)
	l.mu.Unlock()
	path := "/api/recipes/" + recipe.ID
	if n%3 == 0 {
		if _, ok = l.ask(cook, http.StatusOK, larder.Request{
			Method: http.MethodPut, Path: path, Body: larder.Named("Stew " + strconv.Itoa(n)), Headers: []string{"If-Match", `"1"`},
		}); !ok {
			return
		}
	}
	if _, ok = l.ask(cook, http.StatusOK, larder.Request{Method: http.MethodGet, Path: path}); ok {
		l.done.Add(1)
	}
}

func (l *load) ask(cook *larder.Client, want int, request larder.Request) (larder.Answer, bool) {
	l.asked.Add(1)
	answer, err := cook.Try(request)
	if err != nil || answer.Status != want {
		l.fail(fmt.Sprintf("%s %s: %v %d %s", request.Method, request.Path, err, answer.Status, answer.Body))
		return answer, false
	}
	return answer, true
}

func (l *load) fail(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed = append(l.failed, what)
}

func (l *load) failures() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// more waits until some more requests are answered.
func (l *load) more(t *testing.T) {
	t.Helper()
	want := l.done.Load() + 20
	larder.Soon(t, deadline, func() string {
		if l.done.Load() < want {
			return fmt.Sprintf("the cooks get no answers: %v", l.failures())
		}
		return ""
	})
}

func (l *load) stop() {
	close(l.ending)
	l.working.Wait()
}

// everywhereOnce looks for what was acknowledged: in the search, in the backup, and once in the
// stream, with each user's changes in order.
func (l *load) everywhereOnce(t *testing.T, parts *larder.Parts) {
	t.Helper()
	backup := larder.Postgres(t, parts.RunFile(t).BackupPostgresURL)
	for _, cook := range l.cooks {
		kept := l.kept[cook.User.ID]
		require.NotEmpty(t, kept)
		var found []string
		for _, item := range cook.All(t, 100) {
			found = append(found, item.ID)
		}
		require.Subset(t, found, kept, "acknowledged recipes of %s in the search", cook.User.Name)
		var rows int
		require.NoError(t, backup.QueryRow(t.Context(),
			"SELECT count(*) FROM recipes WHERE user_id = $1 AND id::text = ANY($2)", cook.User.ID, kept).Scan(&rows))
		require.Equal(t, len(kept), rows, "acknowledged recipes of %s in the backup", cook.User.Name)
	}
	last := map[string]int{}
	for _, msg := range larder.Messages(t, larder.JetStream(t, parts.RunFile(t).NATSURL), "LARDER") {
		user := strings.Split(msg.Subject(), ".")[2]
		change, err := strconv.Atoi(msg.Headers().Get("larder-change"))
		require.NoError(t, err)
		require.Equal(t, last[user]+1, change, "the changes of user %s follow each other", user)
		last[user] = change
	}
	t.Logf("%d requests, %d refused while a process was gone", l.asked.Load(), len(l.failed))
}
