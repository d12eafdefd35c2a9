// Package natsserver runs a NATS server with JetStream inside this process: streams on disk, a
// gated TCP port on the loopback address, and separate accounts for the project's own parts, the
// publisher of the public feed, the grocery app, and other programs that subscribe to the feed.
package natsserver

import (
	"context"
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

	"larder.dev/internal/datadir"
)

// host is the loopback address, so other machines can't reach the port.
const host = "127.0.0.1"

// startTimeout bounds the start; after a crash JetStream first recovers its files.
const startTimeout = 60 * time.Second

// feedURLFile is the file where a subscriber's program finds its address.
const feedURLFile = "grocery-app.url"

// ErrPortTaken means that another program listens on the requested port.
var ErrPortTaken = errors.New("port is taken by another program")

// Options configure a server.
type Options struct {
	// Dir is the server's own folder: streams, passwords, port, and the subscriber's address in
	// grocery-app.url. It is created if missing.
	Dir string
	// Log receives the server's warnings and errors. Nil discards them.
	Log *slog.Logger
	// Port is the TCP port. 0 reuses the last start's port if it is free, else any free port.
	Port int
}

// Server is a running NATS server.
type Server struct {
	gate    *gate
	dir     string
	lock    *datadir.Lock
	port    int
	secrets secrets
	log     *logger
	stop    sync.Once
	ending  chan struct{} // closed when Stop is called
	watched sync.WaitGroup

	reloading sync.Mutex // guards secrets.subscribers, and is held during a restart

	mu   sync.Mutex
	nats *server.Server // replaced after a full disk
}

// secrets are the users' passwords.
type secrets struct {
	larder, publisher, app, reader string

	subscribers map[string]string
}

// Start starts the server and returns when it accepts connections and its streams exist. Errors:
// [datadir.ErrInUse] while another process runs a server on the folder, [ErrPortTaken].
func Start(opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("resolve folder of NATS %q: %w", opts.Dir, err)
	}
	opts.Dir = dir
	if err := datadir.Make(dir); err != nil {
		return nil, fmt.Errorf("start NATS: %w", err)
	}
	lock, err := datadir.Acquire(dir)
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
	listener, err := listen(opts.Port, kept)
	if err != nil {
		return nil, err
	}
	running := &Server{
		dir: opts.Dir, secrets: secrets, port: portOf(listener), log: newLogger(opts.Log), ending: make(chan struct{}),
	}
	if running.nats, err = run(running.config(secrets), running.log); err != nil {
		_ = listener.Close()
		return nil, err
	}
	running.gate = openGate(listener, running, secrets, running.log)
	if err := running.keepAddresses(kept); err != nil {
		running.shutDown()
		return nil, err
	}
	running.watched.Go(running.watchRoom)
	return running, nil
}

// listen opens the requested port, else the last start's port if it is free, else any free port.
func listen(asked int, kept string) (net.Listener, error) {
	port := asked
	if port == 0 {
		port = datadir.Port(kept)
	}
	listener, err := open(port)
	if asked == 0 && errors.Is(err, syscall.EADDRINUSE) {
		listener, err = open(0) // taken since the check
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%w: %s:%d", ErrPortTaken, host, port)
	case err != nil:
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

func open(port int) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
}

func portOf(listener net.Listener) int {
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		panic(fmt.Sprintf("natsserver: the address %v isn't one of TCP", listener.Addr()))
	}
	return address.Port
}

func (s *Server) config(of secrets) config { return config{dir: s.dir, port: s.port, secrets: of} }

// keepAddresses writes the port for the next start and the addresses for the subscribers.
func (s *Server) keepAddresses(portFile string) error {
	if err := datadir.KeepPort(portFile, s.port); err != nil {
		return err
	}
	if err := datadir.Write(filepath.Join(s.dir, feedURLFile), []byte(s.FeedURL()+"\n")); err != nil {
		return err
	}
	return s.keepSubscribers()
}

// run starts a server and returns when it is ready and its streams exist.
func run(config config, failures *logger) (*server.Server, error) {
	opts, err := config.options()
	if err != nil {
		return nil, err
	}
	nats, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("prepare the server: %w", err)
	}
	nats.SetLoggerV2(failures, false, false, false)
	go nats.Start()
	if err := awaitReady(nats, failures); err != nil {
		end(nats)
		return nil, err
	}
	return nats, nil
}

// awaitReady returns when clients can connect. Where nats-server's own program would exit, the
// library calls Fatalf and continues without the failed part; here that is a start error.
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
	larder, err := datadir.Secret(filepath.Join(dir, "larder.password"))
	if err != nil {
		return secrets{}, err
	}
	publisher, err := datadir.Secret(filepath.Join(dir, "feed.password"))
	if err != nil {
		return secrets{}, err
	}
	// The file keeps the name it had before the grocery app got its own password.
	reader, err := datadir.Secret(filepath.Join(dir, "grocery-app.password"))
	if err != nil {
		return secrets{}, err
	}
	app, err := datadir.Secret(filepath.Join(dir, "own-grocery-app.password"))
	if err != nil {
		return secrets{}, err
	}
	subscribers, err := readSubscribers(dir)
	if err != nil {
		return secrets{}, err
	}
	return secrets{larder: larder, publisher: publisher, app: app, reader: reader, subscribers: subscribers}, nil
}

// URL is the address for the project's own connections, including the password. They may do
// everything except reach the feed.
func (s *Server) URL() string { return s.address(ownUser, s.secrets.larder) }

// PublisherURL is the address for the publisher of the public feed, including the password. It has
// to use the inbox prefix [natsaccounts.InboxPrefix].
func (s *Server) PublisherURL() string { return s.address(publisherUser, s.secrets.publisher) }

// AppURL is the address for the grocery app, including its password.
func (s *Server) AppURL() string { return s.address(appUser, s.secrets.app) }

// FeedURL is the address for any other reader of the public feed, including the password. It can't
// reach the consumers of the grocery app or of named subscribers.
func (s *Server) FeedURL() string { return s.address(readerUser, s.secrets.reader) }

// InProcessConn opens a connection that bypasses the port. Clients still have to log in.
func (s *Server) InProcessConn() (net.Conn, error) {
	conn, err := s.server().InProcessConn()
	if err != nil {
		return nil, fmt.Errorf("connect to NATS in this process: %w", err)
	}
	return conn, nil
}

// server returns the running server.
func (s *Server) server() *server.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.nats
}

func (s *Server) address(user, password string) string {
	address := url.URL{
		Scheme: "nats",
		User:   url.UserPassword(user, password),
		Host:   net.JoinHostPort(host, strconv.Itoa(s.port)),
	}
	return address.String()
}

// Stop closes all connections and streams and returns when they are closed. Stopping a stopped
// server does nothing.
func (s *Server) Stop() error {
	var err error
	s.stop.Do(func() {
		close(s.ending)
		s.watched.Wait()
		s.shutDown()
		err = s.lock.Release()
	})
	return err
}

// farewell is how long a program that doesn't read may delay Stop.
const farewell = time.Second

func (s *Server) shutDown() {
	s.gate.close()
	defer time.AfterFunc(farewell, s.gate.hangUp).Stop()
	end(s.server())
	s.gate.hangUp()
	s.gate.work.Wait()
}

func end(nats *server.Server) {
	nats.Shutdown()
	nats.WaitForShutdown()
}
