package natsserver

import (
	"bufio"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"larder.dev/internal/connqueue"
)

const (
	// maxConnections is the limit on open connections. A Larder process opens five.
	maxConnections = 1024
	// maxStrangers is how many of them may not have logged in yet. Above that the oldest is closed.
	// The server gives each two seconds to send its password.
	maxStrangers = 64
	// maxLogin bounds the login line. It matches the server's own limit.
	maxLogin = 4096
	// guessDelay is how long the answer to a wrong password is held back before the connection is
	// closed.
	guessDelay = 500 * time.Millisecond
	// acceptDelay is the pause before accepting again after running out of file descriptors.
	acceptDelay = 50 * time.Millisecond
	// answerTimeout is how long a program may take to read. It matches the server's own limit.
	answerTimeout = 10 * time.Second
)

// Errors sent before login, worded as the server words them.
const (
	violation = "Authorization Violation"
	tooLong   = "Maximum Control Line Exceeded"
)

// gate listens on the port and passes each connection to the server, which doesn't listen itself:
// it would accept any number of connections and answer every password guess at once. The server
// only sees connections that begin with a right password. It checks that password again, and
// everything else.
type gate struct {
	listener net.Listener
	server   inProcess
	log      *logger
	closed   chan struct{}
	work     sync.WaitGroup

	passwords atomic.Pointer[map[string]string] // by login name

	mu        sync.Mutex
	open      map[*visitor]struct{}
	strangers *connqueue.Queue // connections that haven't logged in
}

// inProcess is the part of the server that the gate uses.
type inProcess interface{ InProcessConn() (net.Conn, error) }

func openGate(listener net.Listener, server inProcess, s secrets, log *logger) *gate {
	g := &gate{
		listener: listener, server: server, log: log, closed: make(chan struct{}), open: map[*visitor]struct{}{},
		strangers: connqueue.New(maxStrangers),
	}
	g.know(s)
	g.work.Go(g.accept)
	return g
}

// know replaces the accepted passwords with those of the logins.
func (g *gate) know(s secrets) {
	passwords := map[string]string{}
	for _, login := range s.logins() {
		passwords[login.Name] = login.Password
	}
	g.passwords.Store(&passwords)
}

func (g *gate) accept() {
	for {
		conn, err := g.listener.Accept()
		if err != nil {
			select {
			case <-g.closed:
				return
			case <-time.After(acceptDelay):
				g.log.Warnf("can't take a connection: %v", err)
				continue
			}
		}
		if v := g.admit(conn); v != nil {
			g.work.Go(func() { g.serve(v) })
		}
	}
}

// admit returns nil if it closed the connection because there are too many or the server is
// stopping.
func (g *gate) admit(conn net.Conn) *visitor {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.open) == maxConnections {
		_ = conn.Close()
		return nil
	}
	inside, err := g.server.InProcessConn()
	if err != nil {
		_ = conn.Close()
		return nil
	}
	v := &visitor{outside: conn, inside: inside, reader: bufio.NewReaderSize(conn, maxLogin)}
	g.open[v] = struct{}{}
	g.strangers.Add(v) // once the queue closes it, serve returns and removes it
	return v
}

// serve copies both ways between server and program until one of them hangs up.
func (g *gate) serve(v *visitor) {
	defer g.left(v)
	var answers sync.WaitGroup
	answers.Go(func() {
		_, _ = io.Copy(impatient{v.outside}, v.inside)
		_ = v.Close()
	})
	if g.login(v) {
		_, _ = v.reader.WriteTo(v.inside)
	}
	_ = v.Close()
	answers.Wait()
}

// login reads the first line and, if its password is right, passes it on and reports true.
func (g *gate) login(v *visitor) bool {
	line, err := v.reader.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		v.refuse(tooLong)
	}
	if err != nil {
		return false
	}
	if !g.admits(string(line)) {
		g.log.Errorf("authentication error at the port")
		select {
		case <-time.After(guessDelay):
		case <-g.closed:
		}
		v.refuse(violation)
		return false
	}
	g.admitted(v)
	_, err = v.inside.Write(line)
	return err == nil
}

// admits reports whether a line is a login with a right password.
func (g *gate) admits(line string) bool {
	command, arguments, _ := strings.Cut(line, " ")
	var given struct {
		User string `json:"user"`
		Pass string `json:"pass"`
	}
	if !strings.EqualFold(command, "CONNECT") || json.Unmarshal([]byte(arguments), &given) != nil {
		return false
	}
	password, known := (*g.passwords.Load())[given.User]
	return known && subtle.ConstantTimeCompare([]byte(given.Pass), []byte(password)) == 1
}

// admitted removes a connection from the strangers.
func (g *gate) admitted(v *visitor) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.strangers.Remove(v)
}

func (g *gate) left(v *visitor) {
	g.admitted(v)
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, v)
}

// close stops accepting connections.
func (g *gate) close() {
	close(g.closed)
	_ = g.listener.Close() // nothing to do about an error: it is closed either way
}

// hangUp closes all open connections.
func (g *gate) hangUp() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for v := range g.open {
		_ = v.Close()
	}
}

// visitor is a proxied connection with both its ends.
type visitor struct {
	outside net.Conn // to the program
	inside  net.Conn // to the server
	reader  *bufio.Reader
}

func (v *visitor) refuse(why string) { _, _ = fmt.Fprintf(impatient{v.outside}, "-ERR '%s'\r\n", why) }

// Close closes both ends.
func (v *visitor) Close() error { return errors.Join(v.outside.Close(), v.inside.Close()) }

// impatient is a connection that gives up on a program that is slow to read.
type impatient struct{ net.Conn }

// Write implements io.Writer.
func (c impatient) Write(bytes []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(answerTimeout)); err != nil {
		return 0, err //nolint:wrapcheck // the connection's own error
	}
	return c.Conn.Write(bytes) //nolint:wrapcheck // as above
}
