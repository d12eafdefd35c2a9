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
	// maxConnections is how many connections are open at once. A process of Larder opens five.
	maxConnections = 1024
	// maxStrangers is how many of them may not have logged in yet. The oldest goes when there are more; each has to say
	// its password within the two seconds that the server gives it.
	maxStrangers = 64
	// maxLogin is how long the line with the password may be, as the server has it.
	maxLogin = 4096
	// guessDelay is how long a wrong password waits for its answer, after which the connection is closed.
	guessDelay = 500 * time.Millisecond
	// acceptDelay is how long the next connection waits where there is no file descriptor for it.
	acceptDelay = 50 * time.Millisecond
	// answerTimeout is how long a program may take to read, as the server has it.
	answerTimeout = 10 * time.Second
)

// What a stranger is told, in the words of the server.
const (
	violation = "Authorization Violation"
	tooLong   = "Maximum Control Line Exceeded"
)

// gate listens at the port and hands each connection on to the server, which has none of its own: it would take any
// number of connections and answer every guess of a password at once. What it gets to read begins with a right one. It
// checks that password again, and everything else.
type gate struct {
	listener net.Listener
	server   inProcess
	log      *logger
	closed   chan struct{}
	work     sync.WaitGroup

	passwords atomic.Pointer[map[string]string] // by the name of the login

	mu        sync.Mutex
	open      map[*visitor]struct{}
	strangers *connqueue.Queue // those that haven't logged in
}

// inProcess is the server, for the gate.
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

// know makes the passwords of the logins those that are let in.
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

// admit gives nil where the connection was closed, since there are too many or the server stops.
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
	g.strangers.Add(v) // serve ends where it is closed, and counts it no more
	return v
}

// serve passes on what the server and the program say, until one of them hangs up.
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

// login tells whether the first line has a right password, and has passed it on.
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

// admits tells whether a line is a login with a right password.
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

// admitted takes a connection off the list of strangers.
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

// close takes no more connections.
func (g *gate) close() {
	close(g.closed)
	_ = g.listener.Close() // there is nobody to tell: it is closed either way
}

// hangUp ends the connections that are open.
func (g *gate) hangUp() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for v := range g.open {
		_ = v.Close()
	}
}

// visitor is a connection with both of its ends.
type visitor struct {
	outside net.Conn // the program's
	inside  net.Conn // the server's
	reader  *bufio.Reader
}

func (v *visitor) refuse(why string) { _, _ = fmt.Fprintf(impatient{v.outside}, "-ERR '%s'\r\n", why) }

// Close hangs up on both.
func (v *visitor) Close() error { return errors.Join(v.outside.Close(), v.inside.Close()) }

// impatient is a connection that doesn't wait for long for a program that doesn't read.
type impatient struct{ net.Conn }

// Write is that of io.Writer.
func (c impatient) Write(bytes []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(answerTimeout)); err != nil {
		return 0, err //nolint:wrapcheck // the connection's own
	}
	return c.Conn.Write(bytes) //nolint:wrapcheck // as above
}
