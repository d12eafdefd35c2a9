package servers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"
)

// durableVariable requests a PostgreSQL with durable commits, which measurements need and other
// tests don't.
const durableVariable = "LARDER_TEST_DURABLE"

// Set are the servers shared by one run of the tests.
type Set struct {
	dir string

	mu      sync.Mutex
	servers []*Server
	env     []string
}

// kind is one server of the set.
type kind struct {
	name      string
	variable  string // holds its address
	container container
	start     func(ctx context.Context, dir string) (*Server, error)
}

// kinds lists them all. To add one, add it here, and its image in deploy/versions.env.
func kinds() []kind {
	postgres := container{ //nolint:gosec // a test server's password
		image: "POSTGRES_IMAGE", port: "5432", address: "postgres://postgres:larder@HOST/postgres",
		options: []string{"--env", "POSTGRES_PASSWORD=larder", "--tmpfs", "/var/lib/postgresql/data"},
		args:    []string{"-c", "max_connections=300", "-c", "fsync=off"},
		answers: postgresAnswers,
	}
	redis := container{
		image: "REDIS_IMAGE", port: "6379", address: "redis://HOST",
		args:    []string{"redis-server", "--appendonly", "yes", "--save", "", "--databases", fmt.Sprint(RedisDatabases)},
		answers: redisAnswers,
	}
	nats := container{
		image: "NATS_IMAGE", port: "4222", address: "nats://HOST",
		args:    []string{"--jetstream", "--store_dir", "/data"},
		answers: natsAnswers,
	}
	elasticsearch := container{
		image: "ELASTICSEARCH_IMAGE", port: "9200", address: "http://HOST",
		options: []string{
			"--env", "discovery.type=single-node", "--env", "xpack.security.enabled=false",
			"--env", "cluster.max_shards_per_node=5000", "--env", "ES_JAVA_OPTS=-Xms512m -Xmx512m",
		},
		answers: elasticsearchAnswers,
	}
	minio := container{
		image: "MINIO_IMAGE", port: "9000", address: "http://" + minioAccessKey + ":" + minioSecretKey + "@HOST",
		args:    []string{"server", "/data"},
		answers: minioAnswers,
	}
	for _, variable := range minioEnvironment() {
		minio.options = append(minio.options, "--env", variable)
	}
	startPostgres := StartPostgres
	if os.Getenv(durableVariable) != "" {
		startPostgres = StartDurablePostgres
	}
	alone := func(ctx context.Context, dir string) (*Server, error) { return StartNATS(ctx, dir, "") }
	return []kind{
		{"postgres", "LARDER_TEST_POSTGRES_URL", postgres, startPostgres},
		{"backup-postgres", "LARDER_TEST_BACKUP_POSTGRES_URL", postgres, startPostgres},
		{"redis", "LARDER_TEST_REDIS_URL", redis, StartRedis},
		{"nats", "LARDER_TEST_NATS_URL", nats, alone},
		{"elasticsearch", "LARDER_TEST_ELASTICSEARCH_URL", elasticsearch, StartElasticsearch},
		{"minio", "LARDER_TEST_S3_URL", minio, StartMinIO},
	}
}

// Start concurrently starts the servers without an address in the environment, in Docker if an
// engine is running, else as local processes. It writes each one's source to out. After an error
// nothing is running.
func Start(ctx context.Context, out io.Writer) (*Set, error) {
	dir, err := os.MkdirTemp("", "larder-servers-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the servers: %w", err)
	}
	set := &Set{dir: dir}
	docker := HasDocker(ctx)
	// The group's context isn't the servers': one failure cancels only the others' start.
	group, ctx := errgroup.WithContext(ctx)
	for _, k := range kinds() {
		group.Go(func() error { return set.start(ctx, k, docker, out) })
	}
	if err := group.Wait(); err != nil {
		return nil, errors.Join(err, set.Stop())
	}
	return set, nil
}

func (s *Set) start(ctx context.Context, k kind, docker bool, out io.Writer) error {
	if os.Getenv(k.variable) != "" {
		s.tell(out, k, "given by "+k.variable)
		return nil
	}
	server, err := s.bring(ctx, k, docker, out)
	if err != nil {
		return fmt.Errorf("%s (or name one by %s): %w", k.name, k.variable, err)
	}
	s.mu.Lock()
	s.servers = append(s.servers, server)
	s.env = append(s.env, k.variable+"="+server.URL)
	s.mu.Unlock()
	s.tell(out, k, server.Source)
	return nil
}

func (s *Set) bring(ctx context.Context, k kind, docker bool, out io.Writer) (*Server, error) {
	if docker {
		server, err := k.container.start(ctx, filepath.Join(s.dir, k.name+"-docker"))
		if err == nil {
			return server, nil
		}
		s.tell(out, k, "Docker can't: "+err.Error())
	}
	return k.start(ctx, filepath.Join(s.dir, k.name))
}

func (s *Set) tell(out io.Writer, k kind, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(out, "servers: %s: %s\n", k.name, what)
}

// Environment gives tests the servers' addresses, as in os.Environ, without those given there.
func (s *Set) Environment() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.env...)
}

// Stop stops all of them and removes their data.
func (s *Set) Stop() error {
	s.mu.Lock()
	servers := s.servers
	s.servers = nil
	s.mu.Unlock()
	failed := make([]error, len(servers))
	var stopping sync.WaitGroup
	for i, server := range servers {
		stopping.Go(func() { failed[i] = server.Stop() })
	}
	stopping.Wait()
	return errors.Join(errors.Join(failed...), os.RemoveAll(s.dir))
}
