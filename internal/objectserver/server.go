// Package objectserver runs an S3 server inside this process: versitygw over a folder, on a socket in it that nobody else
// can reach. Its library allows one in a process, and makes the objects' folder the working folder of the whole
// process: whoever starts it has made its paths absolute before.
package objectserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"

	"larder.dev/internal/serverfolder"
)

const (
	startTimeout = 20 * time.Second
	// stopTimeout is how long requests may take that are under way, in which the library also counts connections that
	// have had none yet, for ten seconds. What is broken off is as if the process had been killed: not there.
	stopTimeout = 400 * time.Millisecond
	accessKey   = "larder"

	socketName = "objects.sock"

	// tries is how many ports are tried: the library takes a number and no listener, so another program can be
	// faster.
	tries = 5

	// maxCopy is the S3 specification's limit of what is copied at once. The library takes its zero value for
	// "nothing may be copied".
	maxCopy = 5 << 30

	// What one household asks for at once. Each action may hold one thread of the system.
	maxConnections = 1024
	maxRequests    = 256
	actions        = 64

	// ioBuffer is held once for each object that is being written or read.
	ioBuffer = 64 << 10
)

// Options say where a server lives.
type Options struct {
	// Dir is the server's own folder: objects, password, socket. It is made if it doesn't exist.
	Dir string
	// TCP has it listen on a port of the loopback address, which any program of this machine can reach, in place of
	// the socket.
	TCP bool
	// Log gets what goes wrong. Nil discards it.
	Log *slog.Logger
}

// Server is a running S3 server.
type Server struct {
	lock    *serverfolder.Lock
	at      address
	sockets serverfolder.Sockets
	secret  string
	health  string // path, of this server alone
	cancel  context.CancelFunc
	ended   chan struct{}
	failed  error // valid once ended is closed
	stop    sync.Once
}

// Start brings the server up and returns when it takes connections. Errors: [serverfolder.ErrInUse] while
// another process has the folder.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("resolve the folder of the object store %q: %w", opts.Dir, err)
	}
	opts.Dir = dir
	if err := serverfolder.Make(dir); err != nil {
		return nil, fmt.Errorf("start the object store: %w", err)
	}
	lock, err := serverfolder.Acquire(dir)
	if err != nil {
		return nil, fmt.Errorf("start the object store: %w", err)
	}
	server, err := startLocked(ctx, opts)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the object store: %w", err), lock.Release())
	}
	server.lock = lock
	return server, nil
}

func startLocked(ctx context.Context, opts Options) (*Server, error) {
	secret, err := serverfolder.Secret(filepath.Join(opts.Dir, "secret"))
	if err != nil {
		return nil, err
	}
	if opts.TCP {
		return serveOnPort(ctx, opts, secret)
	}
	return serveOnSocket(ctx, opts, secret)
}

func serveOnSocket(ctx context.Context, opts Options, secret string) (*Server, error) {
	sockets, err := serverfolder.OpenSockets(opts.Dir, socketName)
	if err != nil {
		return nil, err
	}
	path := sockets.Path(socketName)
	_ = os.Remove(path) // of a server that was killed: the lock is ours
	server, err := serve(ctx, opts, address{network: "unix", place: path}, secret)
	if err != nil {
		sockets.Close()
		return nil, err
	}
	server.sockets = sockets
	return server, nil
}

func serveOnPort(ctx context.Context, opts Options, secret string) (server *Server, err error) {
	kept := filepath.Join(opts.Dir, "port")
	port := serverfolder.Port(kept)
	for range tries {
		if port == 0 {
			if port, err = serverfolder.FreePort(); err != nil {
				return nil, err
			}
		}
		if server, err = serve(ctx, opts, onPort(port), secret); err == nil {
			return server, serverfolder.KeepPort(kept, port)
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, err
		}
		port = 0 // somebody took it since we looked
	}
	return nil, err
}

// address is where the server listens.
type address struct{ network, place string }

func onPort(port int) address {
	return address{network: "tcp", place: net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
}

// serve runs the library at one address.
func serve(ctx context.Context, opts Options, at address, secret string) (*Server, error) {
	files, err := openFolder(opts.Dir)
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	server := &Server{
		at: at, secret: secret, health: "/" + strings.ToLower(rand.Text()), cancel: cancel, ended: make(chan struct{}),
	}
	go func() {
		defer close(server.ended)
		server.failed = embedgw.RunVersityGW(running, files, server.config())
		if server.failed != nil && !errors.Is(server.failed, syscall.EADDRINUSE) {
			opts.Log.Error("the embedded object store ended", "error", server.failed)
		}
	}()
	if err := server.reached(ctx); err != nil {
		server.shutDown()
		return nil, err
	}
	return server, nil
}

// openFolder opens the objects. Attributes are kept in files beside them, since not every file system has
// extended attributes.
func openFolder(dir string) (*posix.Posix, error) {
	objects, attributes := filepath.Join(dir, "objects"), filepath.Join(dir, "attributes")
	for _, folder := range []string{objects, attributes} {
		if err := serverfolder.Make(folder); err != nil {
			return nil, err
		}
	}
	beside, err := meta.NewSideCar(attributes)
	if err != nil {
		return nil, fmt.Errorf("open the attributes of the objects: %w", err)
	}
	options := posix.PosixOpts{
		// Not SideCarDir, whose one effect is a check of it and a line on the standard output, which is the command's.
		CopyObjectThreshold: maxCopy, Concurrency: actions, IOBufferSize: ioBuffer,
		ForceNoObjLockFile: true, // no other process writes here
	}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(os.FileMode(0o600))
	files, err := posix.New(objects, beside, options)
	if err != nil {
		return nil, fmt.Errorf("open the objects: %w", err)
	}
	return files, nil
}

func (s *Server) config() *embedgw.Config {
	root := auth.Account{Access: accessKey, Secret: s.secret, Role: auth.RoleAdmin}
	return &embedgw.Config{
		IAMService:     auth.NewIAMServiceSingle(root), // else the library makes it, and says so on the standard output
		RootUserAccess: accessKey, RootUserSecret: s.secret, Ports: []string{s.at.place}, SocketPerm: "0600",
		MaxConnections: maxConnections, MaxRequests: maxRequests, MultipartMaxParts: 10_000,
		Quiet: true, KeepAlive: true, DisableACLs: true, HealthPath: s.health,
	}
}

// reached waits until the server answers, at a path that no other server has: what answers at the address may
// be a program that took the port before.
func (s *Server) reached(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		err := s.answers(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.ended:
			return fmt.Errorf("it ended at once: %w", s.failed)
		case <-ctx.Done():
			return fmt.Errorf("it doesn't answer at %s: %w", s.at.place, err)
		case <-again.C:
		}
	}
}

func (s *Server) answers(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://larder"+s.health, nil)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, s.at.network, s.at.place)
		},
	}
	response, err := (&http.Client{Timeout: time.Second, Transport: transport}).Do(request)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("it says %s", response.Status)
	}
	return errors.Join(err, response.Body.Close())
}

// Endpoint is the address, as "unix:///folder/objects.sock" or "http://127.0.0.1:9000".
func (s *Server) Endpoint() string {
	if s.at.network == "unix" {
		return "unix://" + s.at.place
	}
	return "http://" + s.at.place
}

// Keys are what a client signs with.
func (s *Server) Keys() (access, secret string) { return accessKey, s.secret }

// Stop takes the server down in good order. A second call does nothing.
func (s *Server) Stop() error {
	var err error
	s.stop.Do(func() {
		s.shutDown()
		s.sockets.Close()
		err = s.lock.Release()
	})
	return err
}

func (s *Server) shutDown() {
	s.cancel()
	select {
	case <-s.ended:
	case <-time.After(stopTimeout):
	}
}
