// Package clients opens what a process needs to speak with the stores: one pool or connection to each, made
// when it is first asked for and shared by every component of the process. None of it asks a store anything
// when it is opened, so that a process starts before the servers do.
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

// Options say where the stores are.
type Options struct {
	stores.Addresses

	// Name is what the stores see of this process, as "larder relay".
	Name string
	// SearchDir is the folder of the embedded search index; "" where this process has none. One process at a
	// time can have it open.
	SearchDir string
	// InProcess is the NATS server of this process, which is reached without its port; nil where it has none.
	InProcess jetstream.InProcess
	Tracing   *telemetry.Tracing // nil for none
	Log       *slog.Logger
}

// Clients are the connections of one process. The zero value of each is "not asked for yet". They are for
// one goroutine while they are opened; what they give is for many.
type Clients struct {
	Options

	primary, backup *pgxpool.Pool
	ofRole          bool // these are a component's that has a role of its own
	*shared
}

// shared are the connections that every component of the process uses.
type shared struct {
	probed       map[stores.Store]*pgxpool.Pool // the first pool of each database
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

// New makes the clients and opens none.
func New(options Options) *Clients {
	full := map[stores.Store]*fulldisk.Mark{}
	for _, store := range stores.All() {
		full[store] = &fulldisk.Mark{}
	}
	return &Clients{Options: options, shared: &shared{probed: map[stores.Store]*pgxpool.Pool{}, full: full}}
}

// As gives the clients of one component of the process: where it has a role of its own in the databases, it has pools of
// its own there, and shares the rest.
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

// The pools of a component with a role of its own are several on one server, which admits 100 connections, and which has
// a process for each that is open.
const (
	roleConns = 8
	roleIdle  = time.Minute
)

// Postgres gives the pool of the primary database, whichever of the two that is at the time.
func (c *Clients) Postgres(ctx context.Context) (*pgxpool.Pool, error) {
	return c.pool(ctx, &c.primary, stores.Postgres, c.Name, c.toPrimary)
}

// Backup gives the pool of the backup database, whichever of the two that is at the time.
func (c *Clients) Backup(ctx context.Context) (*pgxpool.Pool, error) {
	return c.pool(ctx, &c.backup, stores.Backup, c.Name+" backup", c.toBackup)
}

// Grocery gives the pool of the grocery app's own database.
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

// Redis gives the client of Redis.
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

// Stream gives the connection to NATS.
func (c *Clients) Stream(ctx context.Context) (*jetstream.Conn, error) {
	return c.nats(ctx, &c.stream, stores.NATS, jetstream.Options{URL: c.NATSURL, Creds: c.NATSCreds, Name: c.Name})
}

// Feed gives the connection to the account of the grocery feed, as its publisher.
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

// GroceryFeed gives the connection to NATS with the grocery app's credentials, which may listen for answers
// below inbox.
func (c *Clients) GroceryFeed(ctx context.Context, inbox string) (*jetstream.Conn, error) {
	return c.nats(ctx, &c.groceryFeed, stores.GroceryFeed, jetstream.Options{
		URL: c.FeedURL, Creds: c.FeedCreds, InboxPrefix: inbox, Name: c.Name + " grocery",
	})
}

// Index gives the search index: that of Elasticsearch where it has an address, else the one in the folder, nil
// where this process has neither.
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

// Objects gives the object store.
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

// Bucket gives another bucket of the object store.
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

// Probe asks a store whether it is there. What it asks has to be open already. A database is asked as one of the
// components, so that the others' connections may end while they aren't used.
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

// Open opens a store, so that it can be asked.
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

// SomeRoom asks a store whether its disk is full, nil where that would change something there or can't be asked. What it asks
// has to be open already.
func (c *Clients) SomeRoom(store stores.Store) func(ctx context.Context) error {
	switch store {
	case stores.Postgres, stores.Backup, stores.Grocery:
		return func(ctx context.Context) error { return postgres.SomeRoom(ctx, c.probed[store]) }
	case stores.Redis:
		return c.redis.SomeRoom
	case stores.Elasticsearch, stores.NATS:
		return c.Room(store)
	default:
		return nil
	}
}

// Room asks a store whether it has room for more, nil where it can't be asked. What it asks has to be open already.
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

// Full gives an error while a store refuses what this process writes for want of space. It asks the store only when it has
// refused something.
func (c *Clients) Full(store stores.Store) func(ctx context.Context) error {
	return c.full[store].Check(c.Room(store))
}

// OnClose has closer called by Close, before what was opened earlier is closed.
func (c *Clients) OnClose(closer func() error) { c.closers = append(c.closers, closer) }

// Close closes what was opened, youngest first.
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
