// Package postgresserver runs a PostgreSQL server as a child process on a private socket, with its
// data in one folder. It finds the programs on this machine or downloads them, also works as root,
// and leaves nothing running when this process is killed.
package postgresserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"larder.dev/internal/datadir"
)

// role is the cluster's superuser, which only this package uses.
const role = "larder"

// killGrace is how long a server may take to end after an immediate shutdown was requested.
const killGrace = 5 * time.Second

// portAttempts bounds the attempts to get a port: another program can take a free port between
// check and start, but not five times in a row.
const portAttempts = 5

// Options configure a server.
type Options struct {
	// Dir is the server's own folder: data, password, socket and log. It is created if missing.
	Dir string
	// TCP makes it listen on a loopback port, which any program on this machine can reach, instead
	// of the socket.
	TCP bool
	// Log receives what an operator should know. Nil discards it.
	Log *slog.Logger
	// Progress is called during a download of the programs, in bytes. Nil ignores it.
	Progress func(done, total int64)
	// Settings are further postgresql.conf parameters. They override the package's own.
	Settings map[string]string
}

// Server is a running PostgreSQL.
type Server struct {
	child    *child
	lock     *datadir.Lock
	log      *slog.Logger
	at       endpoint
	sockets  datadir.Sockets
	password string
	stopping chan struct{}
}

// Start starts the server on its folder and returns when it answers. The first start creates the
// cluster; a folder with data is never recreated. Errors: [datadir.ErrInUse] while another process
// runs a server there, [ErrNoPrograms] if PostgreSQL is unavailable, [ErrWrongMajor] if the data
// needs another version than the available one, [ErrDiskFull].
func Start(ctx context.Context, opts Options) (*Server, error) {
	return start(ctx, opts, newFinder())
}

func start(ctx context.Context, opts Options, find finder) (_ *Server, err error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("resolve folder of PostgreSQL %q: %w", opts.Dir, err)
	}
	opts.Dir = dir
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if err := datadir.Make(dir); err != nil {
		return nil, explainDiskFull(err, dir)
	}
	lock, err := datadir.Acquire(dir)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", explainDiskFull(err, dir))
	}
	server, err := startLocked(ctx, opts, find)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", explainDiskFull(err, dir)), lock.Release())
	}
	server.lock = lock
	go server.watch()
	return server, nil
}

// startLocked holds the folder's lock, so any server still running on it is an orphan.
func startLocked(ctx context.Context, opts Options, find finder) (*Server, error) {
	cluster := cluster{dir: opts.Dir, log: opts.Log}
	if err := endOrphan(ctx, cluster.data(), opts.Log); err != nil {
		return nil, err
	}
	major, err := cluster.major()
	if err != nil {
		return nil, err
	}
	programs, err := find.programs(ctx, major, opts)
	if err != nil {
		return nil, err
	}
	if err := programs.user.own(opts.Dir); err != nil {
		return nil, err
	}
	password, err := cluster.prepare(ctx, programs, major == 0, opts.Settings["fsync"] == "off")
	if err != nil {
		return nil, err
	}
	server := &Server{log: opts.Log, password: password, stopping: make(chan struct{})}
	if opts.TCP {
		err = server.launchOnFreePort(ctx, cluster, programs, opts)
	} else {
		err = server.launchOnSocket(ctx, cluster, programs, opts)
	}
	if err != nil {
		return nil, err
	}
	return server, nil
}

// socketPort is part of the socket's name and of its clients' addresses.
const socketPort = 5432

// socketName is PostgreSQL's name for it.
var socketName = ".s.PGSQL." + strconv.Itoa(socketPort) //nolint:gochecknoglobals // a constant

func (s *Server) launchOnSocket(ctx context.Context, cluster cluster, programs programs, opts Options) error {
	sockets, err := datadir.OpenSockets(opts.Dir, socketName)
	if err != nil {
		return err
	}
	s.sockets = sockets
	if err := programs.user.own(sockets.Dir); err != nil {
		return err
	}
	// Left by a killed server. PostgreSQL would not replace them if another process now has the
	// recorded id.
	for _, left := range []string{socketName, socketName + ".lock"} {
		_ = os.Remove(sockets.Path(left))
	}
	s.at = endpoint{folder: sockets.Dir, port: socketPort}
	s.child, err = launch(ctx, cluster, programs, settings(s.at, programs.major, opts.Settings))
	if err != nil {
		sockets.Close()
	}
	return err
}

func (s *Server) launchOnFreePort(ctx context.Context, cluster cluster, programs programs, opts Options) error {
	kept := filepath.Join(opts.Dir, "port")
	port := datadir.Port(kept)
	for attempt := 1; ; attempt++ {
		if port == 0 {
			free, err := datadir.FreePort()
			if err != nil {
				return err
			}
			port = free
		}
		s.at = endpoint{port: port}
		child, err := launch(ctx, cluster, programs, settings(s.at, programs.major, opts.Settings))
		if err == nil {
			s.child = child
			return datadir.KeepPort(kept, port)
		}
		if !errors.Is(err, errPortTaken) || attempt == portAttempts {
			return err
		}
		opts.Log.Info("the port was taken meanwhile, trying another", "port", port)
		port = 0
	}
}

// endpoint is where the server listens.
type endpoint struct {
	folder string // of its socket; "" for the loopback address
	port   int
}

// URL returns a database's address for the superuser, including the password.
func (s *Server) URL(database string) string { return s.url(role, s.password, database) }

func (s *Server) url(user, password, database string) string {
	address := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + database}
	query := url.Values{"sslmode": {"disable"}}
	if s.at.folder == "" {
		address.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(s.at.port))
	} else {
		query.Set("host", s.at.folder)
		query.Set("port", strconv.Itoa(s.at.port))
	}
	address.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // clients read a plus literally
	return address.String()
}

// Done is closed when the server has ended, stopped or crashed.
func (s *Server) Done() <-chan struct{} { return s.child.done }

// Checkpoint makes the server write its dirty pages to disk. A Stop soon after has little left to
// write.
func (s *Server) Checkpoint(ctx context.Context) error {
	return s.execute(ctx, "postgres", "write what is in memory", "CHECKPOINT")
}

// Stop ends the server: open transactions are rolled back, everything is written, and the next
// start needs no recovery. If ctx is done first, the server is ended at once, which loses nothing
// committed: the next start replays the log. Stopping a stopped server does nothing.
func (s *Server) Stop(ctx context.Context) error {
	select {
	case <-s.stopping:
		<-s.child.done
		return nil
	default:
		close(s.stopping)
	}
	err := s.child.end(ctx, syscall.SIGINT)
	if errors.Is(err, errLate) {
		s.log.InfoContext(ctx, "PostgreSQL was ended before all was in its tables: the next start replays its log")
		err = nil
	}
	s.sockets.Close()
	return errors.Join(err, s.lock.Release())
}

// watch tells the operator if the server ends without being asked.
func (s *Server) watch() {
	<-s.child.done
	select {
	case <-s.stopping:
	default:
		s.log.Error("PostgreSQL has ended by itself", "cause", s.child.cause(), "last_lines", s.child.logfile.tail())
	}
}
