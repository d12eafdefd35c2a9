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

// Parts are the components as separate processes, each with its own role in the databases, on
// servers. In front is a real nginx with deploy/nginx's configuration, which routes one API by
// method.
type Parts struct {
	*Server

	where    RunFile
	login    string // which login of their roles the processes use
	password string
	front    string   // nginx's address
	names    []string // of the processes, in start order

	mu        sync.Mutex // nginx concurrently asks for addresses
	processes map[string]*Process
	said      []*transcript
	turn      int // round-robin among those that can take a request

	objects   objectstore.Options
	ports     map[string]string // of components that nginx finds by name
	doors     map[string]*testkit.Proxy
	functions map[string]*Function // components that Lambda runs, by name
}

// NewParts creates a Larder of separate processes that isn't running yet. It has its own databases,
// numbered Redis, NATS and search index, on LARDER_TEST_POSTGRES_URL's server and so on.
func NewParts(tb testing.TB) *Parts {
	tb.Helper()
	return newParts(tb, serversOf(tb), nil)
}

// StartTwoOfEach starts two of each component except the file service and the grocery app. nginx
// finds the APIs by a name that resolves to both instances, as with Docker, and nobody tells it
// which of them runs.
func StartTwoOfEach(tb testing.TB) *Parts {
	tb.Helper()
	p := newParts(tb, serversOf(tb), nil, "command-api", "query-api")
	p.names = append(p.names, "projectors-2", "relay-2", "query-api-2", "command-api-2")
	p.Migrate(tb)
	p.Start(tb)
	return p
}

// NewPartsBehindDoors is NewParts with a door in front of each server, for making it unavailable.
func NewPartsBehindDoors(tb testing.TB) *Parts {
	tb.Helper()
	return behindDoors(tb, serversOf(tb))
}

// NewPartsOn is NewPartsBehindDoors on servers that belong to the test, so that it may stop these
// themselves. They are a primary, an empty Redis and NATS, and Elasticsearch.
func NewPartsOn(tb testing.TB, servers RunFile) *Parts {
	tb.Helper()
	return behindDoors(tb, placeOn(tb, servers))
}

// NewPartsOnPostgres is NewParts on the test's own PostgreSQL server, given by its superuser's
// address: the test may change its roles.
func NewPartsOnPostgres(tb testing.TB, server string) *Parts {
	tb.Helper()
	where := serversOf(tb)
	for _, address := range []*string{&where.PostgresURL, &where.BackupPostgresURL, &where.GroceryPostgresURL} {
		*address = database(tb, server)
	}
	makeRoles(tb, server)
	return newParts(tb, where, nil)
}

// NewPartsOnRedis is NewParts on the test's own Redis.
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
		names: []string{"projectors", "relay", "query-api", "command-api", "file-service", "importer", "grocery-app"},
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
		FileService: address("file-service"), Importer: address("importer"), GroceryApp: address("grocery-app"),
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

// Migrate creates the tables, as the operator does once.
func (p *Parts) Migrate(tb testing.TB) {
	tb.Helper()
	p.MustRun(tb, "", "migrate")
}

// Objects returns the store with its files.
func (p *Parts) Objects(tb testing.TB) objectstore.Store {
	tb.Helper()
	store, err := objectstore.Open(p.objects)
	require.NoError(tb, err)
	return store
}

// freePort returns a port at which both instances of a component can listen.
func freePort(tb testing.TB) string {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", firstInstance+":0")
	require.NoError(tb, err)
	require.NoError(tb, listener.Close())
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(tb, err)
	return port
}

// Where the instances of a component that nginx finds by name listen: testkit.NameServer's answer.
const firstInstance, secondInstance = "127.0.0.2", "127.0.0.3"

// listensAt returns where a process should listen.
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

// Launch starts a component as a process of that name, without waiting. Further instances are
// called relay-2 and so on. Args are additional, such as projections' names.
func (p *Parts) Launch(tb testing.TB, name string, args ...string) *Process {
	tb.Helper()
	process := launch(tb, p.envOf(tb, componentOf(name)), append([]string{componentOf(name), "--addr", p.listensAt(name)}, args...)...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.processes[name] = process
	p.said = append(p.said, process.output)
	return process
}

// envOf returns the variables of a component's process, which uses its own database role.
func (p *Parts) envOf(tb testing.TB, component string) []string {
	tb.Helper()
	return append(slices.Clone(p.env), p.where.as(tb, component, p.login, p.password)...)
}

// ComeBy makes processes launched from now on use another login of their roles, "" for the first
// and "_2" for the second, with another password.
func (p *Parts) ComeBy(login, password string) { p.login, p.password = login, password }

// RedisAt makes processes and commands started from now on use another address for Redis.
func (p *Parts) RedisAt(address string) {
	p.where.RedisURL = address
	p.env = append(slices.Clone(p.env), "LARDER_REDIS_URL="+address)
}

// envOfFunction returns those of a component's function: as in deploy/serverless, with few
// connections each.
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

// Door returns the door in front of a server, by the server's name in /readyz.
func (p *Parts) Door(name string) *testkit.Proxy { return p.doors[name] }

// Take removes the process with that name from the system: nginx sends it nothing more. The caller
// has to end it.
func (p *Parts) Take(name string) *Process {
	p.mu.Lock()
	defer p.mu.Unlock()
	process := p.processes[name]
	delete(p.processes, name)
	return process
}

// Names returns the processes that Start launches, in order.
func (p *Parts) Names() []string { return slices.Clone(p.names) }

// Part returns the process with that name.
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

// stop signals all before it waits for the first: they must be able to end in any order.
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

// address returns the address of one of a component's processes, round-robin; "" if none is
// running.
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

// address is where the process accepts requests, "" until it does.
func (p *Process) address() string {
	select {
	case address := <-p.listens:
		p.listens <- address
		return address
	default:
		return ""
	}
}

// Probe requests one of a process's probes, and returns the status and the body.
func (p *Process) Probe(tb testing.TB, path string) Answer {
	tb.Helper()
	answer, err := NewClient(p.Listening(tb)).Try(Request{Method: http.MethodGet, Path: path})
	require.NoError(tb, err, "%s of %s", path, p.name)
	return answer
}
