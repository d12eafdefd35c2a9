package testkit

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/embedded/postgresserver"
)

// startTimeout includes downloading PostgreSQL on a machine without it.
const startTimeout = 5 * time.Minute

// Postgres returns the address of a new database for this test alone, which is dropped after it.
// migrate creates the schema; nil means an empty one. It runs once per test binary, into a template
// from which databases are copied. Two calls with the same function get the same schema, so migrate
// must not be a closure that does different things.
func Postgres(tb testing.TB, migrate func(ctx context.Context, url string) error) string {
	tb.Helper()
	return database(tb, theCluster, migrate)
}

// BackupPostgres is [Postgres] on LARDER_TEST_BACKUP_POSTGRES_URL's server; without one, it is
// another database on the same server.
func BackupPostgres(tb testing.TB, migrate func(ctx context.Context, url string) error) string {
	tb.Helper()
	if os.Getenv(backupVariable) == "" {
		return database(tb, theCluster, migrate)
	}
	return database(tb, theBackup, migrate)
}

const (
	postgresVariable = "LARDER_TEST_POSTGRES_URL"
	backupVariable   = "LARDER_TEST_BACKUP_POSTGRES_URL"
)

func database(tb testing.TB, open func() (*cluster, error), migrate func(ctx context.Context, url string) error) string {
	tb.Helper()
	cluster, err := open()
	if err != nil {
		tb.Fatalf("start PostgreSQL for tests: %v", err)
	}
	ctx, cancel := context.WithTimeout(tb.Context(), startTimeout)
	defer cancel()
	template, err := cluster.template(ctx, migrate)
	if err != nil {
		tb.Fatalf("prepare the template database: %v", err)
	}
	name := "test_" + rand.Text()
	if err := cluster.create(ctx, name, template); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := cluster.drop(name); err != nil {
			tb.Error(err)
		}
	})
	return cluster.address(name)
}

// RolePassword is the password of each component's role on the tests' servers. Roles belong to the
// server, so every test has to set the same one.
const RolePassword = "role-of-the-tests"

// cluster is this test binary's server.
type cluster struct {
	admin   string // address of the database from which others are created
	address func(database string) string
	scratch *scratch // nil if the server is given

	mu        sync.Mutex
	templates map[uintptr]string // by migration function
}

// theCluster belongs to the test binary.
//
//nolint:gochecknoglobals // nothing but a global outlives a test
var (
	theCluster = sync.OnceValues(startCluster)
	theBackup  = sync.OnceValues(func() (*cluster, error) { return givenCluster(backupVariable) })
)

// givenCluster is the server that a variable names.
func givenCluster(variable string) (*cluster, error) {
	given := os.Getenv(variable)
	address, err := url.Parse(given)
	if err != nil {
		return nil, fmt.Errorf("%s is no address", variable) // may contain a password
	}
	return &cluster{
		admin:     given,
		address:   func(database string) string { return address.JoinPath("..", database).String() },
		templates: map[uintptr]string{},
	}, nil
}

func startCluster() (*cluster, error) {
	if os.Getenv(postgresVariable) != "" {
		return givenCluster(postgresVariable)
	}
	made := &cluster{templates: map[uintptr]string{}}
	scratch, err := makeScratch()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	server, err := postgresserver.Start(ctx, postgresserver.Options{
		Dir: filepath.Join(scratch.dir, "postgres"),
		TCP: true, // tests put proxies in front of it
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Settings: map[string]string{
			// A test's data needn't outlive it.
			"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off",
			"max_connections": "300",
		},
	})
	if err != nil {
		return nil, err
	}
	made.scratch, made.admin, made.address = scratch, server.URL("postgres"), server.URL
	return made, nil
}

// template returns the name of a database with migrate's schema, "" for an empty one.
func (c *cluster) template(ctx context.Context, migrate func(context.Context, string) error) (string, error) {
	if migrate == nil {
		return "", nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	function := reflect.ValueOf(migrate).Pointer()
	if name, ok := c.templates[function]; ok {
		return name, nil
	}
	name := "template_" + rand.Text()
	if err := c.create(ctx, name, ""); err != nil {
		return "", err
	}
	if err := migrate(ctx, c.address(name)); err != nil {
		return "", fmt.Errorf("migrate: %w", err)
	}
	c.templates[function] = name
	return name, nil
}

func (c *cluster) create(ctx context.Context, name, template string) error {
	statement := "CREATE DATABASE " + pgx.Identifier{name}.Sanitize()
	if template != "" {
		statement += " TEMPLATE " + pgx.Identifier{template}.Sanitize()
	}
	if err := c.execute(ctx, statement); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// drop also ends the connections that a test left open.
func (c *cluster) drop(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := c.execute(ctx, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

func (c *cluster) execute(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, c.admin)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, statement)
	return err
}
