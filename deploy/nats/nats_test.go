// Package nats_test runs real servers with the configuration of this folder and freshly issued credentials.
package nats_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/datadir"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/natsaccounts"
	"larder.dev/internal/natsaccounts/accountstest"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

const clusterPassword = "between-servers"

// TestMain sets the variables that the configuration reads. Each server sets its own differences.
func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"NATS_STORE_DIR": "unused", "NATS_SERVER_NAME": "unused", "NATS_CLUSTER_PASSWORD": clusterPassword,
		"NATS_ROUTES": `["nats://larder:` + clusterPassword + `@127.0.0.1:1"]`,
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// natsFolder is this folder as an operator has it, with issued accounts.
type natsFolder struct {
	dir string
	url string

	reload func(t *testing.T) // rereads the configuration, like `nats-server --signal reload`
}

func prepare(t *testing.T) *natsFolder {
	t.Helper()
	p := &natsFolder{dir: t.TempDir()}
	for _, name := range []string{"common.conf", "single.conf", "cluster.conf"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(p.dir, name), text, 0o600))
	}
	_, err := natsaccounts.Issue(filepath.Join(p.dir, "accounts"))
	require.NoError(t, err)
	return p
}

// single starts one server.
func single(t *testing.T) *natsFolder {
	t.Helper()
	p := prepare(t)
	running := p.start(t, "single.conf", func(*server.Options) {})
	p.url = running.ClientURL()
	started := running.StoreDir()
	p.reload = func(t *testing.T) {
		t.Helper()
		opts, err := server.ProcessConfigFile(filepath.Join(p.dir, "single.conf"))
		require.NoError(t, err)
		opts.Host, opts.Port, opts.HTTPPort, opts.StoreDir = "127.0.0.1", server.RANDOM_PORT, 0, filepath.Dir(started)
		opts.NoSigs, opts.NoLog = true, true
		require.NoError(t, running.ReloadOptions(opts))
	}
	return p
}

// start runs a server with a file of the folder, on free ports and in its own data folder.
func (p *natsFolder) start(t *testing.T, file string, change func(*server.Options)) *server.Server {
	t.Helper()
	opts, err := server.ProcessConfigFile(filepath.Join(p.dir, file))
	require.NoError(t, err)
	opts.Host, opts.Port, opts.HTTPPort, opts.StoreDir = "127.0.0.1", server.RANDOM_PORT, 0, t.TempDir()
	opts.NoSigs, opts.NoLog = true, true
	change(opts)
	running, err := server.NewServer(opts)
	require.NoError(t, err)
	go running.Start()
	t.Cleanup(func() { running.Shutdown(); running.WaitForShutdown() })
	require.True(t, running.ReadyForConnections(30*time.Second))
	return running
}

func (p *natsFolder) creds(user string) string {
	return natsaccounts.CredsFile(filepath.Join(p.dir, "accounts"), user)
}

// plain connects like a third-party program.
func (p *natsFolder) plain(user string) accountstest.Connect {
	return func(t *testing.T, options ...nats.Option) *nats.Conn {
		t.Helper()
		conn, err := nats.Connect(p.url, append(options, nats.UserCredentials(p.creds(user)))...)
		require.NoError(t, err)
		t.Cleanup(conn.Close)
		return conn
	}
}

// ours is plain with the inboxes of our own components.
func (p *natsFolder) ours(user string) accountstest.Connect {
	connect := p.plain(user)
	return func(t *testing.T, options ...nats.Option) *nats.Conn {
		t.Helper()
		return connect(t, append(options, nats.CustomInboxPrefix(natsaccounts.InboxPrefix))...)
	}
}

// component connects like a component. The log records denials.
func (p *natsFolder) component(t *testing.T, user string, log *slog.Logger) *jetstream.Conn {
	t.Helper()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{
		URL: p.url, Creds: p.creds(user), Name: user, Log: log.With("user", user),
	})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.WaitReady(t.Context()))
	return conn
}

// watcher is a log that records what NATS denied.
type watcher struct {
	slog.Handler

	seen *denied
}

type denied struct {
	mu    sync.Mutex
	lines []string
}

func watch(t *testing.T) (*slog.Logger, *denied) {
	t.Helper()
	seen := &denied{}
	return slog.New(watcher{Handler: testkit.Logger(t).Handler(), seen: seen}), seen
}

func (w watcher) Handle(ctx context.Context, record slog.Record) error {
	if strings.Contains(record.Message, "denied") {
		line := record.Message
		record.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
		w.seen.mu.Lock()
		w.seen.lines = append(w.seen.lines, line)
		w.seen.mu.Unlock()
	}
	return w.Handler.Handle(ctx, record)
}

func (w watcher) WithAttrs(attrs []slog.Attr) slog.Handler {
	return watcher{Handler: w.Handler.WithAttrs(attrs), seen: w.seen}
}

func (d *denied) list() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.lines...)
}

// The grocery app's credentials reach the feed and nothing else.
func TestGroceryAppReachesTheFeedAlone(t *testing.T) {
	t.Parallel()
	accountstest.Run(t, func(t *testing.T) accountstest.Server {
		t.Helper()
		p := single(t)
		return accountstest.Server{
			Larder: p.ours("operator"), Publisher: p.ours(natsaccounts.FeedUser), App: p.plain(natsaccounts.GroceryUser),
		}
	})
}

// Three servers act as one: the grocery app reads the feed on another server than the publisher's,
// and stays on the feed there too.
func TestClusterOfThree(t *testing.T) {
	t.Parallel()
	accountstest.Run(t, func(t *testing.T) accountstest.Server {
		t.Helper()
		p, _ := cluster(t)
		return accountstest.Server{
			Larder: p[0].ours("operator"), Publisher: p[1].ours(natsaccounts.FeedUser), App: p[2].plain(natsaccounts.GroceryUser),
		}
	})
}

// In a cluster the streams and buckets have three replicas, so that publishing survives the loss of
// a server.
func TestClusterOutlivesAServer(t *testing.T) {
	t.Parallel()
	p, servers := cluster(t)
	log, _ := watch(t)
	conn, relay := p[0].component(t, "projectors", log), p[0].component(t, "relay", log)
	for _, stream := range projectors.Streams() {
		require.NoError(t, relay.EnsureStream(t.Context(), stream))
	}
	_, err := conn.EnsureBucket(t.Context(), "PARKED")
	require.NoError(t, err)
	js, err := p[0].ours("operator")(t).JetStream()
	require.NoError(t, err)
	for _, stream := range []string{events.Stream, "KV_PARKED"} {
		info, err := js.StreamInfo(stream)
		require.NoError(t, err)
		require.Equal(t, 3, info.Config.Replicas, stream)
	}
	message := projectiontest.Message(projectiontest.NewTeller().Recipe(events.RecipeCreated, "soup", 1))
	_, _, err = relay.Publish(t.Context(), message, nil)
	require.NoError(t, err)
	servers[1].Shutdown()
	testkit.Until(t, "publishing goes on", func() bool {
		_, _, err := relay.Publish(t.Context(), message, nil)
		return err == nil
	})
	state, err := conn.State(t.Context(), events.Stream)
	require.NoError(t, err)
	require.EqualValues(t, 1, state.Messages, "sent twice, and kept once")
}

// cluster returns three servers that all know the accounts.
func cluster(t *testing.T) ([]*natsFolder, []*server.Server) {
	t.Helper()
	p := prepare(t)
	ports, addresses := make([]int, 3), make([]string, 3)
	for i := range ports {
		var err error
		ports[i], err = datadir.FreePort()
		require.NoError(t, err)
		addresses[i] = "nats://larder:" + clusterPassword + "@127.0.0.1:" + strconv.Itoa(ports[i])
	}
	list, servers := make([]*natsFolder, 3), make([]*server.Server, 3)
	for i := range list {
		servers[i] = p.start(t, "cluster.conf", func(opts *server.Options) {
			require.Len(t, opts.Routes, 1, "the routes come from the environment")
			opts.ServerName, opts.Cluster.Host, opts.Cluster.Port = "nats-"+strconv.Itoa(i+1), "127.0.0.1", ports[i]
			opts.Routes = server.RoutesFromStr(strings.Join(addresses, ","))
		})
		list[i] = &natsFolder{dir: p.dir, url: servers[i].ClientURL()}
	}
	testkit.Until(t, "the servers are one cluster", func() bool {
		return slices.ContainsFunc(servers, func(s *server.Server) bool {
			return s.JetStreamIsLeader() && len(s.JetStreamClusterPeers()) == len(servers)
		})
	})
	return list, servers
}

// Issuing accounts again into the same folder keeps their keys, so that servers and credentials
// still match.
func TestIssuedAgainTheyStillFit(t *testing.T) {
	t.Parallel()
	p := single(t)
	before, err := os.ReadFile(filepath.Join(p.dir, "accounts", "keys", "operator.seed"))
	require.NoError(t, err)
	_, err = natsaccounts.Issue(filepath.Join(p.dir, "accounts"))
	require.NoError(t, err)
	after, err := os.ReadFile(filepath.Join(p.dir, "accounts", "keys", "operator.seed"))
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.NoError(t, p.plain("relay")(t).Flush(), "new credentials on the server that has the old accounts")
}

// Credentials can be revoked as documented: delete the user's key, issue the accounts again, reload
// the servers. The old file is refused, its open connection ends, and the new one works; nobody
// else notices.
func TestDeletedKeyIsRevoked(t *testing.T) {
	t.Parallel()
	for name, forgotten := range map[string]bool{"noted": false, "issued by an earlier version": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := single(t)
			dir := filepath.Join(p.dir, "accounts")
			if forgotten {
				require.NoError(t, os.Remove(filepath.Join(dir, "keys", "issued.json")))
			}
			stolen := filepath.Join(t.TempDir(), "stolen.creds")
			old, err := os.ReadFile(p.creds("relay"))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(stolen, old, 0o600))
			ended := make(chan struct{})
			p.plain("relay")(t, nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(ended) }))
			other := p.plain("projectors")(t, nats.NoReconnect())

			require.NoError(t, os.Remove(filepath.Join(dir, "keys", "user-relay.seed")))
			_, err = natsaccounts.Issue(dir)
			require.NoError(t, err)
			p.reload(t)
			testkit.Wait(t, ended, "the end of the old connection")
			_, err = nats.Connect(p.url, nats.UserCredentials(stolen))
			require.ErrorIs(t, err, nats.ErrAuthorization)
			require.NoError(t, p.plain("relay")(t).Flush(), "the new credentials")
			require.NoError(t, other.Flush(), "another user's")

			_, err = natsaccounts.Issue(dir) // it stays revoked
			require.NoError(t, err)
			p.reload(t)
			_, err = nats.Connect(p.url, nats.UserCredentials(stolen))
			require.ErrorIs(t, err, nats.ErrAuthorization)
		})
	}
}

// A subscriber on servers has its own credentials, valid at once, and refused after removal and a
// reload.
func TestSubscriberOfServers(t *testing.T) {
	t.Parallel()
	p := single(t)
	dir := filepath.Join(p.dir, "accounts")
	accountstest.RunSubscriber(t, accountstest.Subscribers{
		Publisher: p.ours(natsaccounts.FeedUser), App: p.plain(natsaccounts.GroceryUser),
		Add: func(t *testing.T, name string) accountstest.Connect {
			t.Helper()
			creds, err := natsaccounts.IssueSubscriber(dir, name)
			require.NoError(t, err)
			return func(t *testing.T, options ...nats.Option) *nats.Conn {
				t.Helper()
				conn, err := nats.Connect(p.url, append(options, nats.UserCredentials(creds))...)
				require.NoError(t, err)
				t.Cleanup(conn.Close)
				return conn
			}
		},
		Remove: func(t *testing.T, name string) {
			t.Helper()
			require.NoError(t, natsaccounts.RevokeSubscriber(dir, name))
			p.reload(t)
		},
	})
}

// Nobody gets in without credentials, or with those of another folder, and no key is readable by
// others.
func TestStrangersStayOutside(t *testing.T) {
	t.Parallel()
	p, other := single(t), prepare(t)
	_, err := nats.Connect(p.url)
	require.ErrorIs(t, err, nats.ErrAuthorization)
	_, err = nats.Connect(p.url, nats.UserCredentials(other.creds("operator")))
	require.ErrorIs(t, err, nats.ErrAuthorization)
	for _, pattern := range []string{"keys/*", "creds/*"} {
		files, err := filepath.Glob(filepath.Join(p.dir, "accounts", pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file)
		}
	}
	conf, err := os.ReadFile(filepath.Join(p.dir, "accounts", natsaccounts.ConfigFile))
	require.NoError(t, err)
	require.NotContains(t, string(conf), "SEED")
}
