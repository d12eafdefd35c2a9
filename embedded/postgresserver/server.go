// Package postgresserver runs a PostgreSQL server as a child process, on a socket that nobody else can reach, with
// its data in one folder. It finds the programs on this machine or downloads them, works as root as
// well, and leaves nothing running when this process is killed.
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

// role is the superuser of the cluster, as whom this package alone comes.
const role = "larder"

// killGrace is how long a server may take to end by itself after an immediate shutdown was asked.
const killGrace = 5 * time.Second

// portAttempts bounds the tries for a port: a free one can be taken by another program between the
// look and the start, but not five times in a row.
const portAttempts = 5

// Options say where a server lives.
type Options struct {
	// Dir is the server's own folder: data, password, socket and log. It is made if it doesn't exist.
	Dir string
	// TCP has it listen on a port of the loopback address, which any program of this machine can reach, in place of
	// the socket.
	TCP bool
	// Log gets what an operator should know. Nil discards it.
	Log *slog.Logger
	// Progress is called while the programs are downloaded, in bytes. Nil ignores it.
	Progress func(done, total int64)
	// Settings are further parameters of postgresql.conf. They win over the package's own.
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

// Start brings the server up on its folder and returns when it answers. The first start makes the
// cluster; a folder with data is never made anew. Errors: [datadir.ErrInUse] while another
// process runs a server there, [ErrNoPrograms] if there is no PostgreSQL to be had, [ErrWrongMajor]
// if the data needs another one than there is, [ErrDiskFull].
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

// startLocked holds the folder, so that any server still found on it is an orphan.
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

// socketPort is in the name of the socket, and in the address of whoever wants to find it.
const socketPort = 5432

// socketName is what PostgreSQL calls it.
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
	// Of a server that was killed. PostgreSQL would not take the place of a process that has the recorded id by now.
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

// URL returns the address of a database for the superuser, with the password in it.
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
	address.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20") // PostgreSQL's clients take a plus for one
	return address.String()
}

// Done is closed when the server has ended, whether it was stopped or it died.
func (s *Server) Done() <-chan struct{} { return s.child.done }

// Checkpoint has the server write to its tables what it has in memory. A Stop soon after has little left to write.
func (s *Server) Checkpoint(ctx context.Context) error {
	return s.execute(ctx, "postgres", "write what is in memory", "CHECKPOINT")
}

// Stop ends the server: open transactions are rolled back, everything is written, and the next start
// needs no recovery. When ctx is over before that, the server is ended at once, which loses nothing
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

// watch tells the operator when the server ends without having been asked.
func (s *Server) watch() {
	<-s.child.done
	select {
	case <-s.stopping:
	default:
		s.log.Error("PostgreSQL has ended by itself", "cause", s.child.cause(), "last_lines", s.child.logfile.tail())
	}
}
