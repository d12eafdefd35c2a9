package faults_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/embedded/postgresserver"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgresroles"
	"larder.dev/test/larder"
)

// database is a separate PostgreSQL server, which can be lost and come back at the same address.
type database struct {
	dir    string
	server *postgresserver.Server
}

func newDatabase(t *testing.T) *database {
	t.Helper()
	d := &database{dir: filepath.Join(t.TempDir(), "postgres")}
	d.start(t)
	require.NoError(t, d.server.EnsureRoles(t.Context(), postgresroles.Owner))
	require.NoError(t, d.server.EnsureDatabase(t.Context(), "larder", postgresroles.Owner))
	t.Cleanup(func() { _ = d.server.Stop(context.WithoutCancel(t.Context())) })
	return d
}

func (d *database) start(t *testing.T) {
	t.Helper()
	var err error
	d.server, err = postgresserver.Start(t.Context(), postgresserver.Options{Dir: d.dir, TCP: true, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
}

func (d *database) url() string { return d.server.URLOf(postgresroles.Owner, "larder") }

// lose kills the server without warning.
func (d *database) lose(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // no time for a clean stop
	_ = d.server.Stop(ctx)
}

// writer creates and changes recipes until told to stop, each with a unique name, and records what
// was acknowledged, and when.
type writer struct {
	client *larder.Client
	stop   chan struct{}
	done   sync.WaitGroup

	mu    sync.Mutex
	acked []string
	last  time.Time
	after chan struct{} // closed at the next acknowledgement
}

func newWriter(client *larder.Client) *writer {
	w := &writer{client: client, stop: make(chan struct{}), after: make(chan struct{})}
	w.done.Go(w.work)
	return w
}

func (w *writer) work() {
	for n := 0; ; n++ {
		select {
		case <-w.stop:
			return
		default:
		}
		name, key := fmt.Sprintf("Dish %d %s", n, uuid.NewString()), uuid.NewString()
		answer, err := w.client.Try(larder.Request{
			Method: http.MethodPost, Path: "/api/recipes", Body: larder.Named(name), Headers: []string{"Idempotency-Key", key},
		})
		if err != nil || answer.Status != http.StatusCreated {
			<-time.After(20 * time.Millisecond) // a client's pace, not a wait for something
			continue
		}
		w.note(name)
		made, err := answer.TryRecipe()
		if err != nil || n%2 == 0 {
			continue
		}
		name = "Changed " + name
		answer, err = w.client.Try(larder.Request{
			Method: http.MethodPut, Path: "/api/recipes/" + made.ID, Body: larder.Named(name), Headers: []string{"If-Match", `"1"`},
		})
		if err == nil && answer.Status == http.StatusOK {
			w.note(name)
		}
	}
}

func (w *writer) note(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acked, w.last = append(w.acked, name), time.Now()
	close(w.after)
	w.after = make(chan struct{})
}

// next waits for the next acknowledgement.
func (w *writer) next(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	after := w.after
	w.mu.Unlock()
	select {
	case <-after:
	case <-time.After(time.Minute):
		require.FailNow(t, "no write is acknowledged any more")
	}
}

// soFar returns the writes acknowledged by now.
func (w *writer) soFar() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.acked)
}

func (w *writer) end() []string {
	close(w.stop)
	w.done.Wait()
	return w.acked
}

// lostWrites returns the acknowledged names missing from a database's ledger.
func lostWrites(t *testing.T, url string, acked []string) []string {
	t.Helper()
	var missing []string
	require.NoError(t, larder.Postgres(t, url).QueryRow(t.Context(), `SELECT coalesce(array_agg(name), '{}') FROM unnest($1::text[]) AS name
		WHERE name NOT IN (SELECT replace(data->>'name', ' (from before the failover)', '') FROM event_log
			WHERE data->>'name' IS NOT NULL)`, acked).Scan(&missing))
	return missing
}

func failovers() int {
	if os.Getenv("LARDER_FAULTS") == "long" {
		return 20
	}
	return 1
}

// The primary's server is lost under load, the backup takes over, and the old one comes back and
// takes over again: nothing acknowledged is lost, the session continues, and no process restarts.
func TestFailoverUnderLoad(t *testing.T) {
	t.Parallel()
	a, b := newDatabase(t), newDatabase(t)
	server := larder.Start(t, "LARDER_POSTGRES_URL="+a.url(), "LARDER_BACKUP_POSTGRES_URL="+b.url())
	writers := []*writer{newWriter(server.AddUser(t, "ada")), newWriter(server.AddUser(t, "ben"))}
	var table strings.Builder
	table.WriteString("\n| round | failover to the first write | failback to the first write after it | acknowledged | lost |\n" +
		"| ---: | ---: | ---: | ---: | ---: |\n")
	for round := range failovers() {
		writers[0].next(t)
		a.lose(t)
		there := toFirstWrite(t, server, writers[0], "failover")
		<-time.After(300 * time.Millisecond) // some load on the new one
		a.start(t)
		back := toFirstWrite(t, server, writers[0], "failback")
		acked := slices.Concat(writers[0].soFar(), writers[1].soFar())
		missing := lostWrites(t, a.url(), acked)
		fmt.Fprintf(&table, "| %d | %s | %s | %d | %d |\n", round+1, there, back, len(acked), len(missing))
		require.Empty(t, missing, "%s", &table)
		require.Less(t, there, 15*time.Second) // target: 5 s on an idle machine
	}
	acked := slices.Concat(writers[0].end(), writers[1].end())
	missing := lostWrites(t, a.url(), acked)
	fmt.Fprintf(&table, "| in all | | | %d | %d |\n", len(acked), len(missing))
	t.Log(table.String())
	require.Empty(t, missing)
	larder.Soon(t, time.Minute, func() string {
		if result := server.Run(t, "", "backup", "verify", "--max-lag", "10s"); result.Code != 0 {
			return result.Both()
		}
		return ""
	})
}

func toFirstWrite(t *testing.T, server *larder.Server, w *writer, command string) time.Duration {
	t.Helper()
	began := time.Now()
	result := server.MustRun(t, "", command)
	w.next(t)
	t.Log(result.Both())
	return time.Since(began).Round(10 * time.Millisecond)
}

// Failback copies what the lost primary had committed and nobody had received: unchanged, or as a
// separate recipe if both sides changed it. Meanwhile no sweep deletes the bytes of a file that it
// refers to.
func TestFailbackBringsWhatTheOldPrimaryAloneHas(t *testing.T) {
	t.Parallel()
	a, b := newDatabase(t), newDatabase(t)
	server := larder.Start(t, "LARDER_POSTGRES_URL="+a.url(), "LARDER_BACKUP_POSTGRES_URL="+b.url())
	ada := server.AddUser(t, "ada", "--grocery")
	var both, mine larder.Recipe
	both, _ = ada.Create(t, larder.Named("Both"))
	mine, _ = ada.Create(t, larder.Named("Mine"))
	gone, _ := ada.Create(t, larder.Named("Gone"))
	filed, _ := ada.Create(t, larder.Named("Filed"))
	server.CaughtUp(t)

	// The relay loses its lead to a waiting connection, so that new events stay in the database.
	holder, breaker := larder.Postgres(t, a.url()), larder.Postgres(t, a.url())
	leads := make(chan error, 1)
	go func() {
		_, err := holder.Exec(t.Context(), `SELECT pg_advisory_lock(7305240117)`)
		leads <- err
	}()
	larder.Soon(t, time.Minute, func() string {
		var waits bool
		require.NoError(t, breaker.QueryRow(t.Context(),
			`SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)`).Scan(&waits))
		if !waits {
			return "nobody waits for the lead"
		}
		return ""
	})
	_, err := breaker.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted`)
	require.NoError(t, err)
	require.NoError(t, <-leads)
	put := func(r larder.Recipe, name, version string) {
		ada.Do(t, http.MethodPut, "/api/recipes/"+r.ID, larder.Named(name), "If-Match", version).Want(t, http.StatusOK)
	}
	put(both, "Both, there", `"1"`)
	put(mine, "Mine, there", `"1"`)
	alone := ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Alone"), "Idempotency-Key", "alone").Want(t, http.StatusCreated).Recipe(t)
	ada.Do(t, http.MethodDelete, "/api/recipes/"+gone.ID, nil).Want(t, http.StatusNoContent)
	ada.Attach(t, filed.ID, "note.txt", strings.NewReader("in nobody's stream yet")).Want(t, http.StatusCreated)
	orphan := unnamedObject(t, server)
	makeObjectsOld(t, server)
	a.lose(t)

	t.Log(server.MustRun(t, "", "failover").Stdout)
	larder.Soon(t, time.Minute, func() string {
		if answer := ada.Do(t, http.MethodPut, "/api/recipes/"+both.ID, larder.Named("Both, here"), "If-Match", `"1"`); answer.Status != http.StatusOK {
			return string(answer.Body)
		}
		return ""
	})
	ada.Get(t, alone.ID).Want(t, http.StatusNotFound)
	sweep(t, server, "no object is swept until the databases agree")
	a.start(t)
	sweep(t, server, "no object is swept until the databases agree")
	out := server.MustRun(t, "", "failback").Stdout
	t.Log(out)
	require.Contains(t, out, "Both, there (from before the failover)")
	larder.Soon(t, time.Minute, func() string {
		if result := server.Run(t, "", "backup", "verify"); result.Code != 0 {
			return result.Both()
		}
		var names []string
		for _, item := range ada.All(t, 20) {
			names = append(names, item.Name)
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"Alone", "Both, here", "Both, there (from before the failover)", "Filed", "Mine, there"}) {
			return fmt.Sprint(names)
		}
		return ""
	})
	larder.Soon(t, time.Minute, func() string { // the API may not know yet that the switch has ended
		again := ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Alone"), "Idempotency-Key", "alone")
		if again.Status != http.StatusCreated {
			return string(again.Body)
		}
		require.Equal(t, alone.ID, again.Recipe(t).ID, "the key came along")
		return ""
	})
	put(mine, "Mine, on", `"2"`)

	sweep(t, server, "removed objects that nothing names")
	_, err = server.Objects(t).Stat(t.Context(), orphan)
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	files := ada.Files(t, filed.ID)
	require.Len(t, files, 1)
	read, err := io.ReadAll(larder.Open(t, server.URL(), files[0].URL).Body)
	require.NoError(t, err)
	require.Equal(t, "in nobody's stream yet", string(read))
}

// unnamedObject stores bytes that no recipe refers to, and returns their key.
func unnamedObject(t *testing.T, server *larder.Server) string {
	t.Helper()
	key := uuid.NewString() + "/" + strings.Repeat("0", 64) + "/original"
	require.NoError(t, server.Objects(t).Put(t.Context(), key, strings.NewReader("x"), 1, "text/plain"))
	return key
}

// makeObjectsOld makes new objects old enough for a sweep.
func makeObjectsOld(t *testing.T, server *larder.Server) {
	t.Helper()
	before := time.Now().Add(-2 * time.Hour)
	folder, err := os.OpenRoot(filepath.Join(server.DataDir, "objects"))
	require.NoError(t, err)
	defer func() { require.NoError(t, folder.Close()) }()
	err = fs.WalkDir(folder.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		return folder.Chtimes(path, before, before)
	})
	require.NoError(t, err)
}

// sweep lets another file service sweep, as each does when it starts, until it reports the given
// result.
func sweep(t *testing.T, server *larder.Server, end string) {
	t.Helper()
	sweeper := larder.StartFileService(t, server)
	larder.Soon(t, time.Minute, func() string {
		if out := sweeper.Output(); !strings.Contains(out, end) {
			return out
		}
		return ""
	})
	sweeper.Stop(t)
}

// An API that is cut off from NATS and the backup, but not from the old primary, accepts nothing
// once the other one has taken over.
func TestSplitBrain(t *testing.T) {
	t.Parallel()
	a, b := newDatabase(t), newDatabase(t)
	toA, throughA := newGate(t, a.url())
	server := larder.Start(t, "LARDER_POSTGRES_URL="+throughA, "LARDER_BACKUP_POSTGRES_URL="+b.url())
	ada := server.AddUser(t, "ada")
	server.CaughtUp(t)
	stores := server.RunFile(t)
	toB, throughB := newGate(t, b.url())
	toNATS, throughNATS := newGate(t, stores.NATSURL)
	apart := larder.New(t, "LARDER_POSTGRES_URL="+a.url(), "LARDER_BACKUP_POSTGRES_URL="+throughB,
		"LARDER_NATS_URL="+throughNATS, "LARDER_REDIS_URL="+stores.RedisURL)
	lines := apart.Follow(t, "command-api", "--addr", "127.0.0.1:0")
	ready := regexp.MustCompile(`is ready at (http://\S+)`)
	var address string
	for address == "" {
		if found := ready.FindStringSubmatch(larder.Next(t, lines, time.Minute)); found != nil {
			address = found[1]
		}
	}
	client := larder.NewClient(address)
	client.Token, client.User = ada.Token, ada.User
	cutOff := newWriter(client)
	cutOff.next(t)
	for _, way := range []*gate{toA, toB, toNATS} {
		way.set(true)
	}
	cutOff.next(t) // it still may: nobody has taken over
	t.Log(server.MustRun(t, "", "failover").Stdout)
	over := time.Now()
	larder.Soon(t, time.Minute, func() string {
		if answer := ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("On the new primary")); answer.Status != http.StatusCreated {
			return string(answer.Body)
		}
		return ""
	})
	refused := client.Do(t, http.MethodPost, "/api/recipes", larder.Named("On the old primary"))
	require.Equal(t, http.StatusServiceUnavailable, refused.Status, "%s", refused.Body)
	acked := cutOff.end()
	require.True(t, cutOff.last.Before(over), "the last one was acknowledged %s after it", cutOff.last.Sub(over))
	t.Logf("%d writes were acknowledged on the old primary, the last one %s before the new one took over", len(acked), over.Sub(cutOff.last))
	for _, way := range []*gate{toA, toB, toNATS} {
		way.set(false)
	}
	t.Log(server.MustRun(t, "", "failback").Stdout)
	require.Empty(t, lostWrites(t, a.url(), acked))
}
