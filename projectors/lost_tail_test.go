package projectors_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/embedded/natsserver"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors/projectiontest"
)

// messagesFolder finds where the server stores the stream's messages.
func messagesFolder(t *testing.T, dir string) string {
	t.Helper()
	var found string
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == "msgs" && filepath.Base(filepath.Dir(path)) == events.Stream {
			found = path
		}
		return err
	}))
	require.NotEmpty(t, found)
	return found
}

// Regression of nats-server #5412: if a stream loses its tail, a consumer is left ahead of it and
// gets nothing until the stream has grown past its position. Newer servers silently move the
// consumer back. The projection detects both, even if the stream has grown again, and starts over.
func TestStreamLostItsTail(t *testing.T) {
	t.Parallel()
	for name, regrown := range map[string]int64{"short": 0, "grown again": 9} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loseTail(t, regrown)
		})
	}
}

func loseTail(t *testing.T, regrown int64) {
	t.Helper()
	machine := &machine{T: t, dir: t.TempDir()}
	teller := projectiontest.NewTeller()
	conn := machine.on()
	makeStreams(t, conn)
	runner, stop := start(t, conn, long, newDiary())
	running(t, runner)
	publish(t, conn, versions(teller, 3)...)
	caughtUp(t, runner)
	stop()
	machine.off()
	msgs := messagesFolder(t, machine.dir)
	kept := filepath.Join(t.TempDir(), "msgs")
	require.NoError(t, os.CopyFS(kept, os.DirFS(msgs)))

	conn = machine.on()
	runner, stop = start(t, conn, long, newDiary())
	running(t, runner)
	for version := int64(4); version <= 9; version++ {
		publish(t, conn, teller.Recipe(events.RecipeUpdated, "soup", version))
	}
	caughtUp(t, runner)
	testkit.Until(t, "the checkpoint is saved", func() bool { return strings.Contains(checkpointOf(t, conn), `"sequence":9,`) })
	stop()
	machine.off()
	require.NoError(t, os.RemoveAll(msgs))
	require.NoError(t, os.CopyFS(msgs, os.DirFS(kept)))

	conn = machine.on()
	defer machine.off()
	state, err := conn.State(t.Context(), events.Stream)
	require.NoError(t, err)
	require.EqualValues(t, 3, state.LastSeq, "the tail is lost")
	for i := range regrown {
		publish(t, conn, teller.Recipe(events.RecipeUpdated, "bread", i+1))
	}
	again := newDiary()
	runner, stop = start(t, conn, long, again)
	defer stop()
	caughtUp(t, runner)
	require.EqualValues(t, 3, again.sequences()[0], "it starts over, with the last event of each recipe")
	publish(t, conn, teller.Recipe(events.RecipeCreated, "tea", 1))
	caughtUp(t, runner)
	require.Contains(t, again.sequences(), uint64(3+regrown+1))
}

func checkpointOf(t *testing.T, conn *jetstream.Conn) string {
	t.Helper()
	bucket, err := conn.EnsureBucket(t.Context(), "CHECKPOINTS")
	require.NoError(t, err)
	value, _, err := bucket.Get(t.Context(), "diary")
	require.NoError(t, err)
	return string(value)
}

// machine is a server whose folder can be changed while it is down.
type machine struct {
	*testing.T
	dir    string
	server *natsserver.Server
}

func (m *machine) on() *jetstream.Conn {
	m.Helper()
	server, err := natsserver.Start(natsserver.Options{Dir: m.dir, Log: testkit.Logger(m.T)})
	require.NoError(m, err)
	m.server = server
	conn := dial(m.T, server.URL())
	require.NoError(m, conn.WaitReady(testkit.Context(m.T)))
	return conn
}

func (m *machine) off() { require.NoError(m, m.server.Stop()) }
