package larder

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
)

// Parts are the components as processes of their own, each with its own role in the databases, on servers. Before them is a
// real nginx that routes one surface by method with the configuration of deploy/nginx.
type Parts struct {
	*Server

	where    RunFile
	login    string // which of their roles' logins the processes come by
	password string
	front    string   // the address of nginx
	names    []string // of the processes, in the order in which they are started

	mu        sync.Mutex // nginx asks for addresses meanwhile
	processes map[string]*Process
	said      []*transcript
	turn      int // of those that could take a request

	objects   objectstore.Options
	ports     map[string]string // of components that nginx finds by their names
	doors     map[string]*testkit.Proxy
	functions map[string]*Function // components that Lambda runs, by name
}

// NewParts makes a Larder of separate processes that isn't running yet. Its databases, its numbered Redis, its
// NATS and its search index are its own, on the servers of LARDER_TEST_POSTGRES_URL and so on.
func NewParts(tb testing.TB) *Parts {
	tb.Helper()
	return newParts(tb, serversOf(tb), nil)
}

// StartTwoOfEach starts two of each component but the file service and the grocery app. nginx finds the APIs by a name that
// leads to both instances, as with Docker, and nobody tells it which of them runs.
func StartTwoOfEach(tb testing.TB) *Parts {
	tb.Helper()
	p := newParts(tb, serversOf(tb), nil, "command-api", "query-api")
	p.names = append(p.names, "projectors-2", "relay-2", "query-api-2", "command-api-2")
	p.Migrate(tb)
	p.Start(tb)
	return p
}

// NewPartsBehindDoors is NewParts with a door in front of each server, by which a test takes that one away.
func NewPartsBehindDoors(tb testing.TB) *Parts {
	tb.Helper()
	return behindDoors(tb, serversOf(tb))
}

// NewPartsOn is NewPartsBehindDoors on servers that are the test's alone, so that it may take these away
// themselves. They are a primary, an empty Redis and NATS, and Elasticsearch.
func NewPartsOn(tb testing.TB, servers RunFile) *Parts {
	tb.Helper()
	return behindDoors(tb, placeOn(tb, servers))
}

// NewPartsOnPostgres is NewParts on a PostgreSQL server that is the test's alone, whose superuser's address it is: its roles
// are the test's to change.
func NewPartsOnPostgres(tb testing.TB, server string) *Parts {
	tb.Helper()
	where := serversOf(tb)
	for _, address := range []*string{&where.PostgresURL, &where.BackupPostgresURL, &where.GroceryPostgresURL} {
		*address = database(tb, server)
	}
	makeRoles(tb, server)
	return newParts(tb, where, nil)
}

// NewPartsOnRedis is NewParts on a Redis that is the test's alone.
func NewPartsOnRedis(tb testing.TB, address string) *Parts {
	tb.Helper()
	where := serversOf(tb)
	where.RedisURL = address
	return newParts(tb, where, nil)
}

func behindDoors(tb testing.TB, where RunFile) *Parts {
	tb.Helper()
	doors := map[string]*testkit.Proxy{}
	for name, address := range map[string]*string{
		"postgres": &where.PostgresURL, "backup postgres": &where.BackupPostgresURL, "nats": &where.NATSURL,
		"nats of the grocery feed": &where.FeedNATSURL,
		"redis":                    &where.RedisURL, "elasticsearch": &where.ElasticsearchURL,
	} {
		doors[name] = testkit.NewProxy(tb, *address)
		*address = doors[name].URL()
	}
	return newParts(tb, where, doors)
}

func newParts(tb testing.TB, where RunFile, doors map[string]*testkit.Proxy, named ...string) *Parts {
	tb.Helper()
	p := &Parts{
		Server: home(tb), where: where, password: testkit.RolePassword, doors: doors, processes: map[string]*Process{},
		ports: map[string]string{},
		names: []string{"projectors", "relay", "query-api", "command-api", "file-service", "grocery-app"},
	}
	p.objects = testkit.ObjectsAt(tb)
	p.env = environment(p.home, p.DataDir, append(append(p.where.environment(), forFiles(p.objects)...), "LARDER_DRAIN=0s")...)
	address := func(component string) string {
		if slices.Contains(named, component) {
			p.ports[component] = freePort(tb)
			return net.JoinHostPort(component+".test", p.ports[component])
		}
		return newService(tb, func() string { return p.address(component) }).address()
	}
	settings := map[string]string{}
	if len(named) > 0 {
		settings["LARDER_RESOLVER"] = testkit.NameServer(tb)
	}
	p.front = testkit.NginxWith(tb, testkit.Upstreams{
		CommandAPI: address("command-api"), QueryAPI: address("query-api"),
		FileService: address("file-service"), GroceryApp: address("grocery-app"),
	}, settings).Plain
	p.runs(tb, p)
	return p
}

// StartParts starts one of each component and waits until they are ready.
func StartParts(tb testing.TB) *Parts {
	tb.Helper()
	p := NewParts(tb)
	p.Migrate(tb)
	p.Start(tb)
	return p
}

// Migrate lays the tables, as the operator does once.
func (p *Parts) Migrate(tb testing.TB) {
	tb.Helper()
	p.MustRun(tb, "", "migrate")
}

// Objects is the store where its files are.
func (p *Parts) Objects(tb testing.TB) objectstore.Store {
	tb.Helper()
	store, err := objectstore.Open(p.objects)
	require.NoError(tb, err)
	return store
}

// freePort is one at which both instances of a component can listen.
func freePort(tb testing.TB) string {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", firstInstance+":0")
	require.NoError(tb, err)
	require.NoError(tb, listener.Close())
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(tb, err)
	return port
}

// Where the instances of a component listen that nginx finds by its name: what testkit.NameServer answers.
const firstInstance, secondInstance = "127.0.0.2", "127.0.0.3"

// listensAt is where a process is to listen.
func (p *Parts) listensAt(name string) string {
	port := p.ports[componentOf(name)]
	switch {
	case port == "":
		return "127.0.0.1:0"
	case name == componentOf(name):
		return net.JoinHostPort(firstInstance, port)
	default:
		return net.JoinHostPort(secondInstance, port)
	}
}

// Launch starts a component as a process of that name, and doesn't wait. Of several of one component the
// second is called relay-2 and so on. Args are further ones, as the names of projections.
func (p *Parts) Launch(tb testing.TB, name string, args ...string) *Process {
	tb.Helper()
	process := launch(tb, p.envOf(tb, componentOf(name)), append([]string{componentOf(name), "--addr", p.listensAt(name)}, args...)...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.processes[name] = process
	p.said = append(p.said, process.output)
	return process
}

// envOf are the variables of a component's process, which comes to the databases as its own role.
func (p *Parts) envOf(tb testing.TB, component string) []string {
	tb.Helper()
	return append(slices.Clone(p.env), p.where.as(tb, component, p.login, p.password)...)
}

// ComeBy has processes that are launched from now on come to the databases by another login of their roles, "" for the first
// and "_2" for the second, with another password.
func (p *Parts) ComeBy(login, password string) { p.login, p.password = login, password }

// RedisAt has processes and commands that are started from now on come to Redis by another address.
func (p *Parts) RedisAt(address string) {
	p.where.RedisURL = address
	p.env = append(slices.Clone(p.env), "LARDER_REDIS_URL="+address)
}

// envOfFunction are those of a component's function: as deploy/serverless has them, few connections each.
func (p *Parts) envOfFunction(tb testing.TB, component string) []string {
	tb.Helper()
	where := p.where
	for _, address := range []*string{&where.PostgresURL, &where.BackupPostgresURL} {
		parsed, err := url.Parse(*address)
		require.NoError(tb, err)
		query := parsed.Query()
		query.Set("pool_max_conns", "2")
		parsed.RawQuery = query.Encode()
		*address = parsed.String()
	}
	return append(slices.Clone(p.env), where.as(tb, component, p.login, p.password)...)
}

// Door is the one in front of a server, by the name that /readyz has for it.
func (p *Parts) Door(name string) *testkit.Proxy { return p.doors[name] }

// Take gives the process of that name out of the system: nginx sends it nothing more. It is the caller's
// to end.
func (p *Parts) Take(name string) *Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	process := p.processes[name]
	delete(p.processes, name)
	return process
}

// Names are those of the processes that Start launches, in its order.
func (p *Parts) Names() []string { return slices.Clone(p.names) }

// Part is the process of that name.
func (p *Parts) Part(name string) *Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.processes[name]
}

func (p *Parts) all() []*Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []*Process
	for _, process := range p.processes {
		all = append(all, process)
	}
	return all
}

func (p *Parts) start(tb testing.TB) {
	tb.Helper()
	for _, name := range p.names {
		p.Launch(tb, name)
	}
	for _, name := range p.names {
		p.Part(name).Ready(tb)
	}
}

// stop asks all to end before it waits for the first: they are to end in any order.
func (p *Parts) stop(tb testing.TB) {
	tb.Helper()
	var waiting sync.WaitGroup
	for _, process := range p.all() {
		waiting.Go(func() { process.Stop(tb) })
	}
	waiting.Wait()
}

func (p *Parts) kill(tb testing.TB) {
	tb.Helper()
	for _, process := range p.all() {
		process.Kill9(tb)
	}
}

func (p *Parts) end() {
	var waiting sync.WaitGroup
	for _, process := range p.all() {
		waiting.Go(process.end)
	}
	waiting.Wait()
}

func (p *Parts) url() string { return p.front }

func (p *Parts) output() string {
	var all strings.Builder
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, said := range p.said {
		_, _ = all.WriteString(said.String())
	}
	return all.String()
}

func (p *Parts) stores(testing.TB) RunFile { return p.where }

func (p *Parts) feedURL(testing.TB) string { return p.where.FeedURL }

// address is that of one of a component's processes, in turns where there are several; "" where none runs.
func (p *Parts) address(component string) string {
	if function := p.functions[component]; function != nil {
		return strings.TrimPrefix(function.URL, "http://")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var addresses []string
	for name, process := range p.processes {
		if componentOf(name) == component && process.address() != "" {
			addresses = append(addresses, strings.TrimPrefix(process.address(), "http://"))
		}
	}
	if len(addresses) == 0 {
		return ""
	}
	slices.Sort(addresses)
	p.turn++
	return addresses[p.turn%len(addresses)]
}

func componentOf(name string) string { return strings.TrimRight(name, "-23456789") }

// address is where the process takes requests, "" while it doesn't yet.
func (p *Process) address() string {
	select {
	case address := <-p.listens:
		p.listens <- address
		return address
	default:
		return ""
	}
}

// Probe asks a process for one of its probes, and gives the status and the body.
func (p *Process) Probe(tb testing.TB, path string) Answer {
	tb.Helper()
	answer, err := NewClient(p.Listening(tb)).Try(Request{Method: http.MethodGet, Path: path})
	require.NoError(tb, err, "%s of %s", path, p.name)
	return answer
}
