// Package stores opens the servers that hold Larder's data: those with a given address, else ones
// embedded in this process with their data in the data folder. Embedded objects need no server.
package stores

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"larder.dev/embedded/natsserver"
	"larder.dev/embedded/postgresserver"
	"larder.dev/embedded/redisserver"
	"larder.dev/internal/datadir"
	"larder.dev/internal/identity"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgresroles"
	"larder.dev/projectors/views"
)

// Given are the addresses of the operator's servers; "" for those to embed.
type Given struct {
	PostgresURL       string
	BackupPostgresURL string
	NATSURL           string
	NATSCreds         string
	FeedNATSURL       string // "" for NATSURL
	FeedNATSCreds     string // "" for NATSCreds
	RedisURL          string
	ElasticsearchURL  string
	// ElasticsearchAlias is the index's name there. Without an address, the index is in the data
	// folder, as a library of this process.
	ElasticsearchAlias string

	// RolePasswords are the passwords, by component, of those that use their own roles on the
	// databases above.
	RolePasswords map[string]string

	GroceryPostgresURL string // the grocery app's own database
	FeedURL            string // NATS with the grocery app's credentials; "" for NATSURL
	FeedCreds          string // "" for NATSCreds

	// S3Endpoint may be a folder's: objectstore.Endpoint.
	S3Endpoint, S3Bucket, S3AccessKey, S3SecretKey string
}

// Addresses returns what is given, which may be incomplete.
func (g Given) Addresses() Addresses {
	return Addresses{
		PID:               os.Getpid(),
		PostgresURL:       g.PostgresURL,
		BackupPostgresURL: g.BackupPostgresURL,
		NATSURL:           g.NATSURL,
		NATSCreds:         g.NATSCreds,
		FeedNATSURL:       cmp.Or(g.FeedNATSURL, g.NATSURL),
		FeedNATSCreds:     cmp.Or(g.FeedNATSCreds, g.NATSCreds),
		RedisURL:          g.RedisURL,
		ElasticsearchURL:  g.ElasticsearchURL, ElasticsearchAlias: g.ElasticsearchAlias,

		GroceryPostgresURL: g.GroceryPostgresURL,
		FeedURL:            cmp.Or(g.FeedURL, g.NATSURL),
		FeedCreds:          cmp.Or(g.FeedCreds, g.NATSCreds),
		S3Endpoint:         g.S3Endpoint,
		S3Bucket:           g.S3Bucket,
		S3AccessKey:        g.S3AccessKey,
		S3SecretKey:        g.S3SecretKey,
	}
}

// ErrDied ends the process: it can't continue without its database, and a restart helps.
var ErrDied = errors.New("the embedded PostgreSQL ended by itself; its log is in the data folder")

// The databases in the embedded PostgreSQL.
const (
	primaryDatabase = "larder"
	backupDatabase  = "larder_backup"
	groceryDatabase = "larder_grocery"
)

// The embedded servers' folders in the data folder.
const (
	postgresFolder = "postgres"
	NATSFolder     = "nats"
	redisFolder    = "redis"
	objectsFolder  = "objects"
)

// homeCache is how many bytes of cached recipes the embedded Redis holds: some thousands, more than
// a household opens in a week. The others come from PostgreSQL.
const homeCache = 8 << 20

const (
	// stopTimeout is how long a command's embedded servers may take to stop cleanly.
	stopTimeout = 20 * time.Second
	// stopWithin is the same for those watched by Watch, from the request to stop: a service
	// manager is waiting. Only PostgreSQL may take longer, if the disk is slow to write its memory.
	// It always gets leastStop.
	stopWithin = 2500 * time.Millisecond
	leastStop  = 500 * time.Millisecond
)

// Stores are one data folder's open servers. This process holds the folder until Close.
type Stores struct {
	Addresses

	dir      string
	log      *slog.Logger
	lock     *datadir.Lock
	postgres *postgresserver.Server
	nats     *natsserver.Server
	redis    *redisserver.Server

	asked         time.Time // when Watch was told to stop
	checkpointing sync.WaitGroup
}

// Options say what to open.
type Options struct {
	Dir   string // the data folder; created if missing
	Given Given
	Log   *slog.Logger
	// Download is called with the bytes downloaded and in total while PostgreSQL is downloaded. May
	// be nil.
	Download func(done, total int64)
}

// Open locks the data folder and starts servers for stores without an address. It returns ErrInUse
// if another larder holds the folder, after waiting for one that is stopping. After an error
// nothing is running or held.
func Open(ctx context.Context, o Options) (*Stores, error) {
	if err := datadir.Make(o.Dir); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	held, found, err := acquireOrFind(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	if found != nil {
		return nil, fmt.Errorf("%s: %w", o.Dir, ErrInUse)
	}
	removeRunFile(o.Dir) // left by a killed larder
	s := &Stores{Addresses: o.Given.Addresses(), dir: o.Dir, log: o.Log, lock: held}
	s.Roles, err = o.Given.roles()
	if err == nil {
		err = s.start(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close()) //nolint:contextcheck // closing outlives a cancelled start
	}
	return s, nil
}

// start starts the embedded servers concurrently: PostgreSQL takes the longest.
func (s *Stores) start(ctx context.Context, o Options) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.startPostgres(ctx, o) })
	//nolint:contextcheck,nolintlint // listening is too fast to cancel; the linter reports it depending on its cache
	group.Go(func() error { return s.startNATS(o) })
	group.Go(func() error { return s.startRedis(o) })
	group.Go(func() error { return s.placeObjects(o) })
	return group.Wait()
}

func (s *Stores) startPostgres(ctx context.Context, o Options) error {
	if s.PostgresURL != "" && s.BackupPostgresURL != "" && s.GroceryPostgresURL != "" {
		return nil
	}
	server, err := postgresserver.Start(ctx, postgresserver.Options{
		Dir: filepath.Join(o.Dir, postgresFolder), Log: o.Log, Progress: o.Download,
	})
	if err != nil {
		return fmt.Errorf("start the embedded PostgreSQL: %w", err)
	}
	s.postgres = server
	if err := server.EnsureRoles(ctx, append(postgresroles.Names(), postgresroles.Owner, postgresroles.GroceryApp)...); err != nil {
		return err
	}
	given, guests := s.Addresses, postgresroles.Names()
	if s.PostgresURL, err = s.embed(ctx, given.PostgresURL, primaryDatabase, postgresroles.Owner, guests...); err != nil {
		return err
	}
	if s.BackupPostgresURL, err = s.embed(ctx, given.BackupPostgresURL, backupDatabase, postgresroles.Owner, guests...); err != nil {
		return err
	}
	if s.GroceryPostgresURL, err = s.embed(ctx, given.GroceryPostgresURL, groceryDatabase, postgresroles.GroceryApp); err != nil {
		return err
	}
	s.addRolesIn(server, given)
	if given.BackupPostgresURL == "" {
		o.Log.Info("the backup is a second database on the same disk: it protects from mistakes, not from a lost disk; " +
			"LARDER_BACKUP_POSTGRES_URL gives it a server of its own")
	}
	return nil
}

// embed returns a database's address for its owner, in the embedded PostgreSQL unless given.
func (s *Stores) embed(ctx context.Context, given, database, owner string, guests ...string) (string, error) {
	if given != "" {
		return given, nil
	}
	if err := s.postgres.EnsureDatabase(ctx, database, owner, guests...); err != nil {
		return "", fmt.Errorf("make the database %s: %w", database, err)
	}
	return s.postgres.URLOf(owner, database), nil
}

// roles returns the addresses, with their own roles, of components that have a password on servers.
func (g Given) roles() (map[string]Databases, error) {
	roles := map[string]Databases{}
	for _, role := range postgresroles.Components() {
		login, password, has := role.LoginIn(g.RolePasswords)
		if !has {
			continue
		}
		primary, err := postgresroles.Address(g.PostgresURL, login, password)
		if err != nil {
			return nil, err
		}
		backup, err := postgresroles.Address(g.BackupPostgresURL, login, password)
		if err != nil {
			return nil, err
		}
		roles[role.Component] = Databases{PostgresURL: primary, BackupPostgresURL: backup}
	}
	return roles, nil
}

// addRolesIn gives each component the addresses of embedded databases with its own role.
func (s *Stores) addRolesIn(server *postgresserver.Server, given Addresses) {
	for _, role := range postgresroles.Components() {
		own := s.Roles[role.Component]
		if given.PostgresURL == "" {
			own.PostgresURL = server.URLOf(role.Name, primaryDatabase)
		}
		if given.BackupPostgresURL == "" {
			own.BackupPostgresURL = server.URLOf(role.Name, backupDatabase)
		}
		s.Roles[role.Component] = own
	}
}

func (s *Stores) startNATS(o Options) error {
	if s.NATSURL != "" {
		return nil
	}
	server, err := natsserver.Start(natsserver.Options{Dir: filepath.Join(o.Dir, NATSFolder), Log: o.Log})
	if err != nil {
		return fmt.Errorf("start the embedded NATS: %w", err)
	}
	s.nats, s.NATSURL, s.FeedNATSURL, s.FeedURL = server, server.URL(), server.PublisherURL(), server.AppURL()
	return nil
}

func (s *Stores) startRedis(o Options) error {
	if s.RedisURL != "" {
		return nil
	}
	server, err := redisserver.Start(redisserver.Options{
		Dir: filepath.Join(o.Dir, redisFolder), Log: o.Log, Keep: identity.IsSessionKey,
		Room: redisserver.Room{Of: views.IsCacheKey, Bytes: homeCache},
	})
	if err != nil {
		return fmt.Errorf("start the embedded Redis: %w", err)
	}
	s.redis, s.RedisURL = server, server.URL()
	return nil
}

// placeObjects stores objects in the data folder, as files. There is no server to start: every
// process with the address reads and writes them itself.
func (s *Stores) placeObjects(o Options) error {
	if s.S3Endpoint != "" {
		return nil
	}
	dir, err := filepath.Abs(filepath.Join(o.Dir, objectsFolder))
	if err != nil {
		return fmt.Errorf("find the folder of the objects: %w", err)
	}
	if err := datadir.Make(dir); err != nil {
		return fmt.Errorf("make the folder of the objects: %w", err)
	}
	for _, name := range []string{"secret", datadir.LockFile} {
		_ = os.Remove(filepath.Join(dir, name)) // left by the folder's former object server
	}
	s.S3Endpoint = objectstore.Endpoint(dir)
	return nil
}

// EmbedsNATS reports whether NATS runs in this process.
func (s *Stores) EmbedsNATS() bool { return s.nats != nil }

// InProcessNATS returns NATS if it runs in this process, else nil.
func (s *Stores) InProcessNATS() jetstream.InProcess {
	if s.nats == nil {
		return nil
	}
	return s.nats
}

// ReloadNATS makes the embedded NATS apply its folder's current subscribers.
func (s *Stores) ReloadNATS() error {
	if err := s.nats.Reload(); err != nil {
		return fmt.Errorf("read the subscribers again: %w", err)
	}
	return nil
}

// Announce lets other commands find these stores, and the HTTP API at url, through the data folder.
func (s *Stores) Announce(url string) error {
	s.URL = url
	return writeRunFile(s.dir, s.Addresses)
}

// Watch returns when ctx is done, or with ErrDied when an embedded server ended by itself. From
// then on other commands don't find these stores, and wait until they are closed.
func (s *Stores) Watch(ctx context.Context) error {
	defer removeRunFile(s.dir)
	var died <-chan struct{} // never, if none is embedded
	if s.postgres != nil {
		died = s.postgres.Done()
	}
	select {
	case <-ctx.Done():
		s.asked = time.Now()
		s.checkpoint(context.WithoutCancel(ctx))
		return nil
	case <-died:
		return ErrDied
	}
}

// checkpoint makes PostgreSQL write its memory to disk while requests in progress finish, so that
// little is left to write when it stops.
func (s *Stores) checkpoint(ctx context.Context) {
	if s.postgres == nil {
		return
	}
	s.checkpointing.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, stopTimeout)
		defer cancel()
		if err := s.postgres.Checkpoint(ctx); err != nil {
			s.log.DebugContext(ctx, "PostgreSQL was stopped before it had written", "error", err)
		}
	})
}

// mayTake returns how long the servers may still take to stop.
func (s *Stores) mayTake() time.Duration {
	if s.asked.IsZero() {
		return stopTimeout
	}
	return max(time.Until(s.asked.Add(stopWithin)), leastStop)
}

// Close cleanly stops what was started, and releases the folder.
func (s *Stores) Close() error {
	removeRunFile(s.dir)
	ctx, cancel := context.WithTimeout(context.Background(), s.mayTake())
	defer cancel()
	var stopping sync.WaitGroup
	var failed [3]error
	began := time.Now()
	end := func(which int, name string, stop func() error) {
		stopping.Go(func() {
			failed[which] = stop()
			s.log.DebugContext(ctx, "an embedded server has stopped", "server", name, "after", time.Since(began).Round(time.Millisecond).String())
		})
	}
	if s.nats != nil {
		end(0, NATSFolder, s.nats.Stop)
	}
	if s.redis != nil {
		end(1, redisFolder, s.redis.Stop)
	}
	if s.postgres != nil {
		end(2, postgresFolder, func() error { return s.postgres.Stop(ctx) })
	}
	stopping.Wait()
	s.checkpointing.Wait()
	return errors.Join(errors.Join(failed[:]...), s.lock.Release())
}
