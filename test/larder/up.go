package larder

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// up is everything in one process: `larder up` with a data folder.
type up struct {
	dataDir string
	env     []string
	address string // listening address, kept across restarts
	process *Process
}

// launch starts it without waiting.
func (u *up) launch(tb testing.TB) {
	tb.Helper()
	u.process = launch(tb, u.env, "up", "--data-dir", u.dataDir, "--addr", u.address)
}

func (u *up) start(tb testing.TB) {
	tb.Helper()
	u.launch(tb)
	u.address = strings.TrimPrefix(u.process.Ready(tb), "http://")
}

func (u *up) stop(tb testing.TB) {
	tb.Helper()
	u.process.Stop(tb)
}

func (u *up) kill(tb testing.TB) {
	tb.Helper()
	u.process.Kill9(tb)
}

// end also kills Postgres (Pdeathsig), but the folder can only be removed once Postgres is gone,
// which its output pipe shows.
func (u *up) end() {
	if u.process != nil {
		u.process.end()
	}
}

func (u *up) url() string { return "http://" + u.address }

func (u *up) output() string {
	if u.process == nil {
		return ""
	}
	return u.process.Output()
}

// stores reads the run file, like commands beside a running larder.
func (u *up) stores(tb testing.TB) RunFile {
	tb.Helper()
	content, err := os.ReadFile(filepath.Join(u.dataDir, "run.json"))
	require.NoError(tb, err)
	var file RunFile
	require.NoError(tb, json.Unmarshal(content, &file))
	return file
}

// feedURL is in the file for the subscribing program.
func (u *up) feedURL(tb testing.TB) string {
	tb.Helper()
	content, err := os.ReadFile(filepath.Join(u.dataDir, "nats", "grocery-app.url"))
	require.NoError(tb, err)
	return strings.TrimSpace(string(content))
}
