// Package clients opens what a process needs to talk to the stores: one pool or connection to each,
// created on first use and shared by all components of the process. Opening them contacts no store,
// so that a process starts before the servers do.
package clients

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/events"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/internal/searchindex/elastic"
	"larder.dev/internal/telemetry"
	"larder.dev/internal/topology"
)

// Options locate the stores.
type Options struct {
	stores.Addresses

	// Name identifies this process to the stores, for example "larder relay".
	Name string
	// Inbox is where this process receives NATS' answers; "" for where all do.
	Inbox string
	// SearchDir is the embedded search index's folder; "" if this process has none. Only one
	// process at a time can open it.
	SearchDir string
	// InProcess is this process's NATS server, connected to without its port; nil if there is none.
	InProcess jetstream.InProcess
	Tracing   *telemetry.Tracing // nil for none
	Log       *slog.Logger
}

// Clients are one process's connections. Each one's zero value means not opened yet. Opening is for
// one goroutine; the clients returned are for many.
type Clients struct {
	Options

	primary, backup *pgxpool.Pool
	ofRole          bool // these belong to a component with its own database role
	*shared
}

// shared are the connections that all components of the process use.
type shared struct {
	probed       map[stores.Store]*pgxpool.Pool // each database's first pool
	grocery      *pgxpool.Pool
	watch        *topology.Watch
	redis        *redis.Client
	stream, feed *jetstream.Conn
	groceryFeed  *jetstream.Conn
	index        searchindex.Index
	objects      objectstore.Store
	full         map[stores.Store]*fulldisk.Mark
	closers      []func() error
}

// New returns clients with none opened.
func New(options Options) *Clients {
	full := map[stores.Store]*fulldisk.Mark{}
	for _, store := range stores.All() {
		full[store] = &fulldisk.Mark{}
	}
	return &Clients{Options: options, shared: &shared{probed: map[stores.Store]*pgxpool.Pool{}, full: full}}
}

// As returns one component's clients: if it has its own database role, it has its own pools, and
// shares the rest.
func (c *Clients) As(component string) *Clients {
	if _, has := c.Roles[component]; !has {
		return c
	}
	own := &Clients{Options: c.Options, ofRole: true, shared: c.shared}
	own.Addresses = c.Addresses.As(component)
	own.Roles = nil
	own.Name = c.Name + " " + component
	return own
}

// With roles, several components' pools share one server, which admits 100 connections and runs a
// process for each.
const (
	roleConns = 8
	roleIdle  = time.Minute
)

// Postgres returns the pool of the primary database, whichever that is at the time.
func (c *Clients) Postgres(ctx context.Context) (*pgxpool.Pool, error) {
	return c.pool(ctx, &c.primary, stores.Postgres, c.Name, c.toPrimary)
}

// Backup returns the pool of the backup database, whichever that is at the time.
func (c *Clients) Backup(ctx context.Context) (*pgxpool.Pool, error) {
	return c.pool(ctx, &c.backup, stores.Backup, c.Name+" backup", c.toBackup)
}

// Grocery returns the pool of the grocery app's own database.
func (c *Clients) Grocery(ctx context.Context) (*pgxpool.Pool, error) {
	return c.pool(ctx, &c.grocery, stores.Grocery, c.Name+" grocery", nil)
}

func (c *Clients) pool(ctx context.Context, kept **pgxpool.Pool, store stores.Store, application string,
	steer func(watch *topology.Watch) func(ctx context.Context) postgres.Route,
) (*pgxpool.Pool, error) {
	if *kept != nil {
		return *kept, nil
	}
	options := postgres.Options{Application: application, Tracing: c.Tracing, Full: c.full[store]}
	if c.ofRole {
		options.MaxConns, options.MaxConnIdle = roleConns, roleIdle
	}
	if steer != nil {
		watch, err := c.Topology(ctx)
		if err != nil {
			return nil, err
		}
		options.Steer = steer(watch)
	}
	pool, err := postgres.Open(ctx, c.Address(store), options)
	if err != nil {
		return nil, opening(store, err)
	}
	c.OnClose(func() error { pool.Close(); return nil })
	*kept = pool
	if c.probed[store] == nil {
		c.probed[store] = pool
	}
	return pool, nil
}

// Redis returns the Redis client.
func (c *Clients) Redis(ctx context.Context) (*redis.Client, error) {
	if c.redis != nil {
		return c.redis, nil
	}
	client, err := redis.Open(ctx, c.RedisURL)
	if err != nil {
		return nil, opening(stores.Redis, err)
	}
	if err := client.Follow(c.Tracing); err != nil {
		return nil, opening(stores.Redis, err)
	}
	client.WatchRoom(c.full[stores.Redis])
	c.OnClose(client.Close)
	c.redis = client
	return client, nil
}

// Stream returns the connection to NATS.
func (c *Clients) Stream(ctx context.Context) (*jetstream.Conn, error) {
	return c.nats(ctx, &c.stream, stores.NATS, jetstream.Options{URL: c.NATSURL, Creds: c.NATSCreds, Name: c.Name, InboxPrefix: c.Inbox})
}

// Feed returns the connection to the grocery feed's account, as its publisher.
func (c *Clients) Feed(ctx context.Context) (*jetstream.Conn, error) {
	return c.nats(ctx, &c.feed, stores.Feed, jetstream.Options{URL: c.FeedNATSURL, Creds: c.FeedNATSCreds, Name: c.Name + " feed"})
}

func (c *Clients) nats(ctx context.Context, kept **jetstream.Conn, store stores.Store, options jetstream.Options) (*jetstream.Conn, error) {
	if *kept != nil {
		return *kept, nil
	}
	options.Log, options.InProcess, options.Full = c.Log, c.InProcess, c.full[store]
	conn, err := jetstream.Connect(ctx, options)
	if err != nil {
		return nil, opening(store, err)
	}
	c.OnClose(func() error { conn.Close(); return nil })
	*kept = conn
	return conn, nil
}

// GroceryFeed returns the connection to NATS with the grocery app's credentials, which may receive
// answers below inbox.
func (c *Clients) GroceryFeed(ctx context.Context, inbox string) (*jetstream.Conn, error) {
	return c.nats(ctx, &c.groceryFeed, stores.GroceryFeed, jetstream.Options{
		URL: c.FeedURL, Creds: c.FeedCreds, InboxPrefix: inbox, Name: c.Name + " grocery",
	})
}

// Index returns the search index: Elasticsearch's if it has an address, else the one in the folder,
// nil if this process has neither.
func (c *Clients) Index(context.Context) (searchindex.Index, error) {
	if c.index != nil || (c.ElasticsearchURL == "" && c.SearchDir == "") {
		return c.index, nil
	}
	index, err := c.openIndex()
	if err != nil {
		return nil, opening(stores.Elasticsearch, err)
	}
	c.OnClose(index.Close)
	c.index = index
	return index, nil
}

func (c *Clients) openIndex() (searchindex.Index, error) {
	if c.ElasticsearchURL == "" {
		return bleveindex.Open(c.SearchDir, bleveindex.Options{Log: c.Log})
	}
	return elastic.Open(elastic.Options{URL: c.ElasticsearchURL, Alias: c.ElasticsearchAlias, Log: c.Log, Full: c.full[stores.Elasticsearch]})
}

// Objects returns the object store.
func (c *Clients) Objects(context.Context) (objectstore.Store, error) {
	if c.objects != nil {
		return c.objects, nil
	}
	store, err := c.Bucket(c.S3Bucket)
	if err != nil {
		return nil, err
	}
	c.objects = store
	return store, nil
}

// Bucket returns another bucket of the object store.
func (c *Clients) Bucket(name string) (objectstore.Store, error) {
	store, err := objectstore.Open(objectstore.Options{
		Endpoint: c.S3Endpoint, Bucket: name, AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey,
		Full: c.full[stores.Objects],
	})
	if err != nil {
		return nil, opening(stores.Objects, err)
	}
	c.OnClose(store.Close)
	return store, nil
}

// Probe returns a check whether a store, which must be open, is reachable. A database is probed
// through one component's pool, so that the others' idle connections may close.
func (c *Clients) Probe(store stores.Store) func(ctx context.Context) error {
	switch store {
	case stores.Postgres, stores.Backup, stores.Grocery:
		return c.probed[store].Ping
	case stores.Redis:
		return c.redis.Ping
	case stores.Feed:
		return func(context.Context) error { return c.feed.Ready() }
	case stores.NATS:
		return func(context.Context) error { return c.stream.Ready() }
	case stores.GroceryFeed:
		return func(context.Context) error { return c.groceryFeed.Ready() }
	case stores.Objects:
		return c.objects.Ping
	case stores.Elasticsearch:
		return c.index.Ready
	default:
		panic("no such store: " + string(store))
	}
}

// Open opens a store for probing.
func (c *Clients) Open(ctx context.Context, store stores.Store) (err error) {
	switch store {
	case stores.Postgres:
		_, err = c.Postgres(ctx)
	case stores.Backup:
		_, err = c.Backup(ctx)
	case stores.Grocery:
		_, err = c.Grocery(ctx)
	case stores.Redis:
		_, err = c.Redis(ctx)
	case stores.NATS:
		_, err = c.Stream(ctx)
	case stores.Feed:
		_, err = c.Feed(ctx)
	case stores.Objects:
		_, err = c.Objects(ctx)
	case stores.Elasticsearch:
		_, err = c.Index(ctx)
	default:
		err = fmt.Errorf("open %s: it isn't opened by its name", store)
	}
	return err
}

// SomeRoom returns a check whether an open store's disk is full, nil if checking is impossible. The
// check leaves nothing behind.
func (c *Clients) SomeRoom(store stores.Store) func(ctx context.Context) error {
	switch store {
	case stores.Postgres, stores.Backup, stores.Grocery:
		return func(ctx context.Context) error { return postgres.SomeRoom(ctx, c.probed[store]) }
	case stores.Redis:
		return c.redis.SomeRoom
	case stores.Elasticsearch, stores.NATS:
		return c.Room(store)
	case stores.Objects:
		return func(ctx context.Context) error { return objectstore.SomeRoom(ctx, c.objects) }
	default:
		return nil
	}
}

// Room returns a check whether an open store has room for more, nil if that is impossible.
func (c *Clients) Room(store stores.Store) func(ctx context.Context) error {
	switch store {
	case stores.Postgres, stores.Backup, stores.Grocery:
		return func(ctx context.Context) error { return postgres.Room(ctx, c.probed[store]) }
	case stores.Redis:
		return func(ctx context.Context) error { return c.redis.Room(ctx, identity.RoomKey) }
	case stores.NATS:
		return func(ctx context.Context) error { return c.stream.Room(ctx, events.Stream) }
	case stores.Feed:
		return func(ctx context.Context) error { return c.feed.Room(ctx, events.Feed) }
	case stores.Objects:
		return c.objects.Room
	case stores.Elasticsearch:
		if index, asked := c.index.(interface {
			Room(ctx context.Context) error
		}); asked {
			return index.Room
		}
		return nil
	default:
		return nil
	}
}

// Full returns a check that fails while a store refuses this process's writes for lack of space. It
// only asks the store after a refusal.
func (c *Clients) Full(store stores.Store) func(ctx context.Context) error {
	return c.full[store].Check(c.Room(store))
}

// OnClose makes Close call closer before closing what was opened earlier.
func (c *Clients) OnClose(closer func() error) { c.closers = append(c.closers, closer) }

// Close closes what was opened, in reverse order.
func (c *Clients) Close() error {
	var failed []error
	for _, closer := range slices.Backward(c.closers) {
		failed = append(failed, closer())
	}
	c.closers = nil
	return errors.Join(failed...)
}

func opening(store stores.Store, err error) error {
	return fmt.Errorf("open %s (%s): %w", store, store.Variable(), err)
}
