// Package natsserver runs a NATS server with JetStream inside this process: streams on disk, a real
// TCP port on the loopback address, and users in accounts of their own: the project's own parts, the publisher of
// the public feed, the grocery app, and the other programs that subscribe to the feed.
package natsserver

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"larder.dev/internal/serverfolder"
)

// startTimeout bounds the start; after a crash JetStream first reads its files again.
const startTimeout = 60 * time.Second

// feedURLFile is where a subscriber's program finds its address.
const feedURLFile = "grocery-app.url"

// ErrPortTaken says that another program listens on the port that was asked for.
var ErrPortTaken = errors.New("port is taken by another program")

// Options say where a server lives.
type Options struct {
	// Dir is the server's own folder: streams, passwords, port, and the subscriber's address in
	// grocery-app.url. It is made if it doesn't exist.
	Dir string
	// Log gets the server's warnings and errors. Nil discards them.
	Log *slog.Logger
	// Port is the TCP port. 0 takes the one of the last start if it is free, else any.
	Port int
}

// Server is a running NATS server.
type Server struct {
	nats    *server.Server
	dir     string
	lock    *serverfolder.Lock
	port    int
	secrets secrets
	stop    sync.Once

	reloading sync.Mutex // guards secrets.subscribers
}

// secrets are the passwords of the users.
type secrets struct {
	larder, publisher, app, reader string

	subscribers map[string]string
}

// Start brings the server up and returns when it accepts connections and its streams are there.
// Errors: [serverfolder.ErrInUse] while another process runs a server on the folder, [ErrPortTaken].
func Start(opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("resolve folder of NATS %q: %w", opts.Dir, err)
	}
	opts.Dir = dir
	if err := serverfolder.Make(dir); err != nil {
		return nil, fmt.Errorf("start NATS: %w", err)
	}
	lock, err := serverfolder.Acquire(dir)
	if err != nil {
		return nil, fmt.Errorf("start NATS: %w", err)
	}
	running, err := startLocked(opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start NATS: %w", err), lock.Release())
	}
	running.lock = lock
	return running, nil
}

func startLocked(opts Options) (*Server, error) {
	secrets, err := readSecrets(opts.Dir)
	if err != nil {
		return nil, err
	}
	if err := moveToAccounts(opts.Dir); err != nil {
		return nil, err
	}
	kept := filepath.Join(opts.Dir, "port")
	port := opts.Port
	if port == 0 {
		port = serverfolder.Port(kept)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	nats, err := run(config{dir: opts.Dir, port: port, secrets: secrets}, opts.Log)
	if err != nil {
		return nil, err
	}
	running := &Server{nats: nats, dir: opts.Dir, secrets: secrets}
	if err := running.keepAddresses(opts.Dir, kept); err != nil {
		shutDown(nats)
		return nil, err
	}
	return running, nil
}

// keepAddresses writes where the server can be reached: the port for the next start, and the address
// for the subscriber.
func (s *Server) keepAddresses(dir, portFile string) error {
	address, ok := s.nats.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("the server listens on %v and not on TCP", s.nats.Addr())
	}
	s.port = address.Port
	if err := serverfolder.KeepPort(portFile, s.port); err != nil {
		return err
	}
	if err := serverfolder.Write(filepath.Join(dir, feedURLFile), []byte(s.FeedURL()+"\n")); err != nil {
		return err
	}
	return s.keepSubscribers()
}

func run(config config, log *slog.Logger) (*server.Server, error) {
	var opts server.Options
	// Accounts and users that are put together in code, instead of read from a configuration, lose
	// their JetStream at a restart.
	if err := opts.ProcessConfigString(config.text()); err != nil {
		return nil, fmt.Errorf("read the server's configuration: %w", err)
	}
	opts.NoSigs = true // signals are the process's business, not a library's
	nats, err := server.NewServer(&opts)
	if err != nil {
		return nil, fmt.Errorf("prepare the server: %w", err)
	}
	failures := newLogger(log)
	nats.SetLoggerV2(failures, false, false, false)
	go nats.Start()
	if err := awaitReady(nats, failures); err != nil {
		shutDown(nats)
		if errors.Is(err, syscall.EADDRINUSE) || failures.sawPortTaken() {
			return nil, fmt.Errorf("%w: 127.0.0.1:%d", ErrPortTaken, config.port)
		}
		return nil, err
	}
	return nats, nil
}

// awaitReady returns when clients can connect. The library calls Fatalf where its own program would
// exit, and goes on without what failed; here that is an error of the start.
func awaitReady(nats *server.Server, failures *logger) error {
	ready := make(chan bool, 1)
	go func() { ready <- nats.ReadyForConnections(startTimeout) }()
	select {
	case cause := <-failures.fatal:
		return cause
	case up := <-ready:
		if !up {
			return fmt.Errorf("not ready after %s", startTimeout)
		}
	}
	if !nats.JetStreamEnabled() {
		return errors.New("JetStream is not available")
	}
	return nil
}

func readSecrets(dir string) (secrets, error) {
	larder, err := serverfolder.Secret(filepath.Join(dir, "larder.password"))
	if err != nil {
		return secrets{}, err
	}
	publisher, err := serverfolder.Secret(filepath.Join(dir, "feed.password"))
	if err != nil {
		return secrets{}, err
	}
	// The file has the name of the time when the grocery app had no password of its own.
	reader, err := serverfolder.Secret(filepath.Join(dir, "grocery-app.password"))
	if err != nil {
		return secrets{}, err
	}
	app, err := serverfolder.Secret(filepath.Join(dir, "own-grocery-app.password"))
	if err != nil {
		return secrets{}, err
	}
	subscribers, err := readSubscribers(dir)
	if err != nil {
		return secrets{}, err
	}
	return secrets{larder: larder, publisher: publisher, app: app, reader: reader, subscribers: subscribers}, nil
}

// URL is the address for the project's own connections, with the password in it. They may do everything but
// reach the feed.
func (s *Server) URL() string { return s.address(ownUser, s.secrets.larder) }

// PublisherURL is the address for whoever keeps the public feed, with the password in it. It has to use the
// inbox prefix [natsaccounts.InboxPrefix].
func (s *Server) PublisherURL() string { return s.address(publisherUser, s.secrets.publisher) }

// AppURL is the address for the grocery app, with its password in it.
func (s *Server) AppURL() string { return s.address(appUser, s.secrets.app) }

// FeedURL is the address for any program that reads the public feed, with its password in it. The consumers of the
// grocery app and of the named subscribers are out of its reach.
func (s *Server) FeedURL() string { return s.address(readerUser, s.secrets.reader) }

func (s *Server) address(user, password string) string {
	address := url.URL{
		Scheme: "nats",
		User:   url.UserPassword(user, password),
		Host:   net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
	}
	return address.String()
}

// Stop closes all connections and the streams, and returns when that is done. Stopping a stopped
// server does nothing.
func (s *Server) Stop() error {
	var err error
	s.stop.Do(func() {
		shutDown(s.nats)
		err = s.lock.Release()
	})
	return err
}

func shutDown(nats *server.Server) {
	nats.Shutdown()
	nats.WaitForShutdown()
}
