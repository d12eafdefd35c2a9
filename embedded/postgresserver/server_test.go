package postgresserver

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/datadir"
)

// parentDir makes this test binary, started by itself, the parent that a test kills.
const parentDir = "LARDER_TEST_PARENT_DIR"

// fullDisk makes it start a server on a full disk.
const fullDisk = "LARDER_TEST_FULL_DISK_DIR"

// patience is far longer than any step takes.
const patience = time.Minute

func TestMain(m *testing.M) {
	if dir := os.Getenv(parentDir); dir != "" {
		beParent(dir)
		return
	}
	if dir := os.Getenv(fullDisk); dir != "" {
		startOnFullDisk(dir)
		return
	}
	os.Exit(m.Run())
}

// beParent starts a server, prints its address, and waits to be killed.
func beParent(dir string) {
	server, err := Start(context.Background(), Options{Dir: dir})
	if err != nil {
		fmt.Fprintln(os.Stdout, "failed:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, server.URL("postgres"))
	select {}
}

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

func startServer(t *testing.T, dir string) *Server {
	t.Helper()
	return startWith(t, Options{Dir: dir})
}

func startWith(t *testing.T, options Options) *Server {
	t.Helper()
	server, err := Start(testContext(t), options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stopServer(server)) })
	return server
}

func stopServer(server *Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return server.Stop(ctx)
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(testContext(t), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) // the server may be gone by then
	return conn
}

func execute(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	_, err := conn.Exec(testContext(t), statement)
	require.NoError(t, err)
}

func count(t *testing.T, url string) int {
	t.Helper()
	var rows int
	require.NoError(t, connect(t, url).QueryRow(testContext(t), "SELECT count(*) FROM kept").Scan(&rows))
	return rows
}

// until polls for a condition that nothing signals.
func until(t *testing.T, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, 5*time.Millisecond)
}

// A server that gets no time to end loses nothing committed, and that is no failure.
func TestEndedAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := startServer(t, dir)
	execute(t, connect(t, server.URL("postgres")), "CREATE TABLE kept AS SELECT 1")
	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, server.Stop(over))
	require.Equal(t, 1, count(t, startServer(t, dir).URL("postgres")))
}

// A folder whose path is too long for a socket gets the socket elsewhere.
func TestLongFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + strings.Repeat("/a-long-name-of-a-folder", 8)
	server := startServer(t, dir)
	require.NotEqual(t, dir, server.at.folder)
	require.NoError(t, connect(t, server.URL("postgres")).Ping(testContext(t)))
	require.NoError(t, stopServer(server))
	require.NoDirExists(t, server.at.folder)
}

// A stopped server comes back at its address with its data.
func TestRestartKeepsDataAndAddress(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a folder with 'quotes' and ünïcode")
	first := startServer(t, dir)
	require.NoError(t, first.EnsureDatabase(testContext(t), "larder", role))
	require.NoError(t, first.EnsureDatabase(testContext(t), "larder", role))
	execute(t, connect(t, first.URL("larder")), "CREATE TABLE kept AS SELECT 1")
	require.NoError(t, stopServer(first))
	<-first.Done()
	require.NoError(t, stopServer(first), "stopping twice does nothing")

	second := startServer(t, dir)
	require.Equal(t, first.URL("larder"), second.URL("larder"))
	require.Equal(t, 1, count(t, second.URL("larder")))
}

// The cluster is durable, UTF-8, sorts by bytes, and is closed to all without the password.
func TestClusterIsDurableUTF8AndClosed(t *testing.T) {
	t.Parallel()
	server := startServer(t, t.TempDir())
	conn := connect(t, server.URL("postgres"))
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "server_encoding": "UTF8",
		"lc_messages": "C", "listen_addresses": "", "password_encryption": "scram-sha-256",
	} {
		var got string
		require.NoError(t, conn.QueryRow(testContext(t), "SELECT current_setting($1)", setting).Scan(&got))
		require.Equal(t, want, got, setting)
	}
	var collation string
	err := conn.QueryRow(testContext(t), "SELECT datcollate FROM pg_database WHERE datname = 'postgres'").Scan(&collation)
	require.NoError(t, err)
	require.Equal(t, "C", collation)

	_, err = pgx.Connect(testContext(t), strings.Replace(server.URL("postgres"), server.password, "wrong", 1))
	require.ErrorContains(t, err, "password authentication failed")
}

// A killed parent takes its server along, loses nothing committed, and a new one starts at once.
func TestKilledParentLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	parent, url := startParent(t, dir)
	conn := connect(t, url)
	execute(t, conn, "CREATE TABLE kept (n int)")
	execute(t, conn, "INSERT INTO kept SELECT generate_series(1, 1000)")
	old, err := readPidFile(filepath.Join(dir, "data"))
	require.NoError(t, err)

	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	before := time.Now()
	server := startServer(t, dir)
	t.Logf("ready %s after the kill", time.Since(before))
	require.Equal(t, 1000, count(t, server.URL("postgres")))
	require.False(t, isPostmaster(old.pid, filepath.Join(dir, "data")))
}

// executable is this test binary.
func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	return path
}

func startParent(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	parent := exec.CommandContext(t.Context(), executable(t))
	parent.Env = append(os.Environ(), parentDir+"="+dir)
	parent.Stderr = os.Stderr
	output, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	t.Cleanup(func() { _ = parent.Process.Kill() }) // it is dead by then, unless the test failed
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(line, "postgres://"), line)
	return parent, strings.TrimSpace(line)
}

// A server that outlives its owner is ended before the new one starts.
func TestOrphanedServerIsEnded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	orphan := startServer(t, dir)
	execute(t, connect(t, orphan.URL("postgres")), "CREATE TABLE kept AS SELECT 1")
	// Where children outlive their parent, its death frees only the lock.
	close(orphan.stopping)
	require.NoError(t, orphan.lock.Release())

	server := startServer(t, dir)
	<-orphan.Done()
	require.Equal(t, 1, count(t, server.URL("postgres")))
}

// A killed postmaster leaves working backends; a new server waits for them.
func TestBackendsOfAKilledPostmasterAreAwaited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startServer(t, dir)
	busy := connect(t, first.URL("postgres"))
	execute(t, busy, "CREATE TABLE kept AS SELECT 1")
	go func() { _, _ = busy.Exec(context.Background(), "SELECT pg_sleep(600)") }()
	close(first.stopping)
	require.NoError(t, first.child.process.Kill())
	<-first.Done()
	require.NoError(t, first.lock.Release())

	second := startServer(t, dir)
	require.Equal(t, 1, count(t, second.URL("postgres")))
}

// A pid file that names an unrelated process, as after a reboot, neither blocks the start nor gets
// that process killed.
func TestStalePidFileNamingAnInnocentProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, stopServer(startServer(t, dir)))
	innocent := exec.CommandContext(context.Background(), "sleep", "600")
	require.NoError(t, innocent.Start())
	t.Cleanup(func() {
		require.NoError(t, innocent.Process.Kill(), "the innocent process must still be there")
		_ = innocent.Wait()
	})
	stale := fmt.Sprintf("%d\n%s\n1700000000\n54321\n\n127.0.0.1\n  5432001    98304\nready   \n",
		innocent.Process.Pid, filepath.Join(dir, "data"))
	require.NoError(t, os.WriteFile(pidPath(filepath.Join(dir, "data")), []byte(stale), 0o600))

	startServer(t, dir)
	require.NoError(t, innocent.Process.Signal(syscall.Signal(0)))
}

// A pid file that a full disk left empty doesn't prevent the start.
func TestUnreadablePidFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, stopServer(startServer(t, dir)))
	require.NoError(t, os.WriteFile(pidPath(filepath.Join(dir, "data")), nil, 0o600))
	startServer(t, dir)
}

// Two processes can't run servers on one folder.
func TestFolderInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	startServer(t, dir)
	_, err := Start(testContext(t), Options{Dir: dir})
	require.ErrorIs(t, err, datadir.ErrInUse)
}

// Data of a missing major version stays untouched, and the error says what to do.
func TestWrongMajorTouchesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	require.NoError(t, os.Mkdir(data, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("9\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(data, "recipes"), []byte("dear"), 0o600))

	_, err := Start(testContext(t), Options{Dir: dir})
	require.ErrorIs(t, err, ErrWrongMajor)
	require.ErrorContains(t, err, "written by PostgreSQL 9")
	require.ErrorContains(t, err, "PG_BIN")
	kept, err := os.ReadFile(filepath.Join(data, "recipes"))
	require.NoError(t, err)
	require.Equal(t, "dear", string(kept))
}

// A data folder without its PG_VERSION isn't mistaken for an empty one.
func TestDamagedDataIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data", "base"), 0o700))
	_, err := Start(testContext(t), Options{Dir: dir})
	require.ErrorContains(t, err, "no PG_VERSION")
	require.DirExists(t, filepath.Join(dir, "data", "base"))
}

// An interrupted first start is repeated.
func TestUnfinishedClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700))
	startServer(t, dir)
	require.NoDirExists(t, filepath.Join(dir, "data.new"))
}

// Data restored without its password file is reachable again.
func TestLostPasswordIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startServer(t, dir)
	execute(t, connect(t, first.URL("postgres")), "CREATE TABLE kept AS SELECT 1")
	require.NoError(t, stopServer(first))
	require.NoError(t, os.Remove(filepath.Join(dir, "password")))

	second := startServer(t, dir)
	require.NotEqual(t, first.password, second.password)
	require.Equal(t, 1, count(t, second.URL("postgres")))
}

// A port taken by another program since the last run is replaced.
func TestTakenPortIsGivenUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	squatter, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, squatter.Close()) })
	taken := portOf(t, squatter)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "port"), []byte(strconv.Itoa(taken)), 0o600))

	server := startWith(t, Options{Dir: dir, TCP: true})
	require.NotEqual(t, taken, server.at.port)
	require.NoError(t, connect(t, server.URL("postgres")).Ping(testContext(t)))
}

// A port taken between check and start is recognised, so that another is tried.
func TestPortTakenAtTheLastMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := startWith(t, Options{Dir: dir, TCP: true})
	taken := server.at
	other := t.TempDir()
	require.NoError(t, stopServer(startServer(t, other)))

	cluster := cluster{dir: other, log: server.log}
	found, err := newFinder().programs(testContext(t), 0, Options{Dir: other, Log: server.log})
	require.NoError(t, err)
	_, err = launch(testContext(t), cluster, found, settings(taken, found.major, nil))
	require.ErrorIs(t, err, errPortTaken)
}

// A server's death is noticed.
func TestDeathIsNoticed(t *testing.T) {
	t.Parallel()
	server := startServer(t, t.TempDir())
	require.NoError(t, server.child.process.Kill())
	<-server.Done()
	require.NoError(t, stopServer(server))
}

// PG_BIN is binding: its programs are used or refused, and no others are searched for.
func TestExplicitProgramsAreNotReplaced(t *testing.T) {
	t.Parallel()
	find := newFinder()
	find.explicit = t.TempDir()
	_, err := start(testContext(t), Options{Dir: t.TempDir()}, find)
	require.ErrorIs(t, err, ErrNoPrograms)
	require.ErrorContains(t, err, "PG_BIN")
}

// A caller who gives up leaves no server behind.
func TestCancelledStartLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	_, err := Start(ctx, Options{Dir: dir})
	require.ErrorIs(t, err, context.Canceled)
	startServer(t, dir)
}

func portOf(t *testing.T, listener *net.TCPListener) int {
	t.Helper()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	return address.Port
}
