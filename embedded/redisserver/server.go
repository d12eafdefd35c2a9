// Package redisserver runs a server of the Redis protocol inside this process, on a private socket
// in its own folder. Its data is lost when it stops, except for the kept keys: each write to one is
// on disk before it is answered, and survives a restart, even after kill -9.
package redisserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"

	"larder.dev/internal/datadir"
)

// socketName is the socket's name in the server's folder.
const socketName = "redis.sock"

// Options configure a server and what it keeps.
type Options struct {
	// Dir is the server's own folder: password, socket and the kept keys' journal. It is created if
	// missing.
	Dir string
	// TCP makes it listen on a loopback port, which any program on this machine can reach, instead
	// of the socket.
	TCP bool
	// Log receives what an operator should know. Nil discards it.
	Log *slog.Logger
	// Keep reports whether a key survives a restart. Such keys may be written by SET, DEL, UNLINK,
	// EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, SADD and SREM, also inside MULTI; any other command
	// that would write one is refused. Nil keeps none.
	Keep func(key string) bool
	// Room bounds a cache's memory. The zero Room bounds nothing.
	Room Room
}

// Server is a running server.
type Server struct {
	redis    *miniredis.Miniredis
	lock     *datadir.Lock
	journal  *journal
	room     Room
	password string
	address  url.URL
	clock    *clock
	gate     *gate
	sockets  datadir.Sockets
	written  chan struct{} // signals that the keys may have grown
	stopping chan struct{}
	working  sync.WaitGroup
	stop     sync.Once
}

// Start starts the server with the last run's kept keys and the rest of their TTLs. Errors:
// [datadir.ErrInUse] while another process runs a server on the folder.
func Start(opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Keep == nil {
		opts.Keep = func(string) bool { return false }
	}
	if err := datadir.Make(opts.Dir); err != nil {
		return nil, fmt.Errorf("start Redis: %w", err)
	}
	lock, err := datadir.Acquire(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("start Redis: %w", err)
	}
	server, err := startLocked(opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start Redis: %w", err), lock.Release())
	}
	server.lock = lock
	return server, nil
}

func startLocked(opts Options) (*Server, error) {
	password, err := datadir.Secret(filepath.Join(opts.Dir, "password"))
	if err != nil {
		return nil, err
	}
	journal, err := openJournal(filepath.Join(opts.Dir, "kept.journal"), opts.Log)
	if err != nil {
		return nil, err
	}
	redis := miniredis.NewMiniRedis()
	server := &Server{
		redis: redis, journal: journal, room: opts.Room, password: password, clock: newClock(redis.FastForward),
		written: make(chan struct{}, 1), stopping: make(chan struct{}),
	}
	server.redis.RequireAuth(password)
	if err := restore(server.redis, journal.state, time.Now()); err != nil {
		return nil, errors.Join(err, journal.close())
	}
	if err := server.listen(opts); err != nil {
		return nil, errors.Join(err, journal.close())
	}
	server.working.Go(server.keepRoom)
	return server, nil
}

// listen opens the gate; the library itself doesn't listen.
func (s *Server) listen(opts Options) error {
	if err := s.serveNobody(); err != nil {
		return err
	}
	keeper := &keeper{
		redis: s.redis, journal: s.journal, clock: s.clock, written: s.written, keep: opts.Keep, log: opts.Log, password: s.password,
	}
	s.redis.Server().SetPreHook(keeper.hook)
	open := s.openSocket
	if opts.TCP {
		open = s.openPort
	}
	listener, err := open(opts.Dir)
	if err != nil {
		s.redis.Close()
		return err
	}
	s.gate = openGate(listener, s.password, opts.Log, s.redis.Server().ServeConn)
	return nil
}

// serveNobody starts the library without a listener, by requesting a connection that isn't needed.
func (s *Server) serveNobody() error {
	conn, err := s.redis.Dial()
	if err != nil {
		return fmt.Errorf("start the library: %w", err)
	}
	return conn.Close() //nolint:wrapcheck // closing a pipe doesn't fail
}

func (s *Server) openSocket(dir string) (net.Listener, error) {
	sockets, err := datadir.OpenSockets(dir, socketName)
	if err != nil {
		return nil, err
	}
	path := sockets.Path(socketName)
	_ = os.Remove(path) // left by a killed server: we hold the lock
	listener, err := listen("unix", path)
	if err != nil {
		sockets.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	s.sockets = sockets
	s.address = url.URL{Scheme: "unix", User: url.UserPassword("", s.password), Path: path}
	return listener, nil
}

func listen(network, address string) (net.Listener, error) {
	return (&net.ListenConfig{}).Listen(context.Background(), network, address)
}

// openPort opens the last run's port if it is free, else any.
func (s *Server) openPort(dir string) (net.Listener, error) {
	kept := filepath.Join(dir, "port")
	listener, err := listen("tcp", fmt.Sprintf("127.0.0.1:%d", datadir.Port(kept)))
	if err != nil {
		listener, err = listen("tcp", "127.0.0.1:0") // the port was taken since the check
	}
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s.address = url.URL{Scheme: "redis", User: url.UserPassword("", s.password), Host: listener.Addr().String()}
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		err = datadir.KeepPort(kept, address.Port)
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// URL is the server's address, including its password.
func (s *Server) URL() string { return s.address.String() }

// Stop closes all connections. Stopping a stopped server does nothing.
func (s *Server) Stop() error {
	var err error
	s.stop.Do(func() {
		close(s.stopping)
		s.working.Wait()
		s.gate.close()
		s.redis.Close()
		s.sockets.Close()
		err = errors.Join(s.journal.close(), s.lock.Release())
	})
	return err
}

// restore loads the kept keys into the server.
func restore(redis *miniredis.Miniredis, kept *state, now time.Time) error {
	for name, entry := range kept.living(now) {
		if err := restoreEntry(redis, name, entry); err != nil {
			return err
		}
		if left := entry.left(now); left > 0 {
			redis.SetTTL(name, left)
		}
	}
	return nil
}

func restoreEntry(redis *miniredis.Miniredis, name string, entry entry) error {
	var err error
	if entry.members == nil {
		err = redis.Set(name, entry.value)
	} else {
		_, err = redis.SAdd(name, entry.list()...)
	}
	if err != nil {
		return fmt.Errorf("restore a kept key: %w", err)
	}
	return nil
}
