package redisserver

import (
	"bufio"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"larder.dev/internal/connqueue"
)

const (
	// maxConnections is how many connections are open at once. Each process of Larder opens 64 at most.
	maxConnections = 1024
	// maxStrangers is how many of them may not have logged in yet. The oldest goes when there are more.
	maxStrangers = 64
	// loginTimeout is how long a connection may take to log in: a client does so with its first bytes.
	loginTimeout = 5 * time.Second
	// guessDelay is how long a wrong password waits for its answer, after which the connection is closed.
	guessDelay = 500 * time.Millisecond
	// answerTimeout is how long a client may take to read an answer. While it doesn't, others wait for its locks.
	answerTimeout = 10 * time.Second
	// acceptDelay is how long the next connection waits where there is no file descriptor for it.
	acceptDelay = 50 * time.Millisecond
)

// errStranger closes a connection that can't log in.
var errStranger = errors.New("not logged in")

// gate takes connections and hands them on. What the library gets to read of them is well-formed, not too large,
// and begins with the right password.
type gate struct {
	listener net.Listener
	password string
	serve    func(net.Conn)
	log      *slog.Logger
	closed   chan struct{}

	accepting sync.WaitGroup

	mu        sync.Mutex
	open      int
	strangers *connqueue.Queue // those that haven't logged in
}

func openGate(listener net.Listener, password string, log *slog.Logger, serve func(net.Conn)) *gate {
	g := &gate{
		listener: listener, password: password, serve: serve, log: log, closed: make(chan struct{}),
		strangers: connqueue.New(maxStrangers),
	}
	g.accepting.Go(g.accept)
	return g
}

func (g *gate) accept() {
	for {
		conn, err := g.listener.Accept()
		if err != nil {
			select {
			case <-g.closed:
				return
			case <-time.After(acceptDelay):
				g.log.Warn("Redis can't take a connection", "error", err)
				continue
			}
		}
		if guarded := g.admit(conn); guarded != nil {
			g.serve(guarded)
		}
	}
}

// admit gives the connection with its guard, nil where it was closed since there are too many.
func (g *gate) admit(conn net.Conn) *guarded {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == maxConnections {
		_ = conn.Close()
		return nil
	}
	g.open++
	stranger := &guarded{Conn: conn, gate: g, reader: bufio.NewReader(conn), framing: framing{bounds: strangerBounds}}
	g.strangers.Add(conn) // its reader ends where it is closed, and takes it off
	_ = conn.SetReadDeadline(time.Now().Add(loginTimeout))
	return stranger
}

// know takes a connection off the list of strangers: it has logged in, or has ended.
func (g *gate) know(conn *guarded) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.strangers.Remove(conn.Conn)
}

func (g *gate) left(conn *guarded) {
	g.know(conn)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
}

// close takes no more connections. Those that are open are the server's to close.
func (g *gate) close() {
	close(g.closed)
	_ = g.listener.Close() // there is nobody to tell: it is closed either way
	g.accepting.Wait()
}

// admits tells whether a command logs in, and whether it tries to: the only commands that get past the gate before that.
func (g *gate) admits(command []string) (right, tried bool) {
	name, arguments := strings.ToUpper(command[0]), command[1:]
	if name == "HELLO" {
		at := slices.IndexFunc(arguments, func(word string) bool { return strings.EqualFold(word, "AUTH") })
		if at < 0 || len(arguments) < at+3 {
			return false, false
		}
		name, arguments = "AUTH", arguments[at+1:at+3]
	}
	if name != "AUTH" || len(arguments) == 0 || len(arguments) > 2 {
		return false, false
	}
	if len(arguments) == 2 && arguments[0] != "default" {
		return false, true
	}
	given := arguments[len(arguments)-1]
	return subtle.ConstantTimeCompare([]byte(given), []byte(g.password)) == 1, true
}

// guarded is a connection of which the library reads only what is checked. Its Read is for one goroutine.
type guarded struct {
	net.Conn

	gate    *gate
	reader  *bufio.Reader
	framing framing
	known   bool   // it has logged in
	checked []byte // not yet read by the library
	leave   sync.Once
}

func (c *guarded) Read(into []byte) (int, error) {
	if len(into) == 0 {
		return 0, nil
	}
	if !c.known {
		if err := c.login(); err != nil {
			return 0, err
		}
	}
	if len(c.checked) > 0 {
		n := copy(into, c.checked)
		c.checked = c.checked[n:]
		return n, nil
	}
	n, err := c.reader.Read(into)
	if err := c.follow(into[:n]); err != nil {
		return 0, c.refuse("ERR Protocol error: "+err.Error(), err)
	}
	return n, err //nolint:wrapcheck // io.EOF has to stay what it is
}

func (c *guarded) follow(bytes []byte) error {
	for len(bytes) > 0 {
		taken, _, err := c.framing.take(bytes)
		if err != nil {
			return err
		}
		bytes = bytes[taken:]
	}
	return nil
}

// login reads commands until one has the right password, which the library is to see too.
func (c *guarded) login() error {
	for {
		raw, err := c.command()
		if err != nil {
			return err
		}
		right, tried := c.gate.admits(words(raw))
		if right {
			c.known, c.checked, c.framing = true, raw, framing{bounds: clientBounds}
			c.gate.know(c)
			if err := c.SetReadDeadline(time.Time{}); err != nil {
				return fmt.Errorf("wait for commands: %w", err)
			}
			return nil
		}
		if tried {
			select {
			case <-time.After(guessDelay):
			case <-c.gate.closed:
			}
			return c.refuse("WRONGPASS invalid username-password pair or user is disabled.", errStranger)
		}
		if err := c.say("NOAUTH Authentication required."); err != nil {
			return err
		}
	}
}

// command reads one command of a stranger, as its bytes.
func (c *guarded) command() ([]byte, error) {
	var raw []byte
	for {
		b, err := c.reader.ReadByte()
		if err != nil {
			return nil, err //nolint:wrapcheck // io.EOF has to stay what it is
		}
		raw = append(raw, b)
		_, whole, err := c.framing.take([]byte{b})
		if err != nil {
			return nil, c.refuse("ERR Protocol error: "+err.Error(), err)
		}
		if whole {
			return raw, nil
		}
	}
}

// words gives the arguments of a well-formed command.
func words(raw []byte) []string {
	var found []string
	_, rest, _ := strings.Cut(string(raw), "\r\n") // how many there are
	for rest != "" {
		var line string
		line, rest, _ = strings.Cut(rest, "\r\n")
		var length int
		if _, err := fmt.Sscanf(line, "$%d", &length); err != nil || length+2 > len(rest) {
			return found
		}
		found, rest = append(found, rest[:length]), rest[length+2:]
	}
	return found
}

// refuse says why and ends the reading, upon which the library closes the connection.
func (c *guarded) refuse(answer string, why error) error {
	return errors.Join(why, c.say(answer), c.Close())
}

func (c *guarded) say(answer string) error {
	_, err := c.Write([]byte("-" + answer + "\r\n"))
	return err
}

// Write bounds the wait for a client that doesn't read.
func (c *guarded) Write(bytes []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(answerTimeout)); err != nil {
		return 0, err //nolint:wrapcheck // the connection's own
	}
	return c.Conn.Write(bytes) //nolint:wrapcheck // as above
}

// Close is called by the library once it is done with the connection, also where the other side has ended it.
func (c *guarded) Close() error {
	c.leave.Do(func() { c.gate.left(c) })
	return c.Conn.Close() //nolint:wrapcheck // as above
}
