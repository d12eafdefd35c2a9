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
	// maxConnections is the limit on open connections. Each Larder process opens at most 64.
	maxConnections = 1024
	// maxStrangers is how many of them may not have logged in yet. Above that the oldest is closed.
	maxStrangers = 64
	// loginTimeout is how long a login may take: a client logs in with its first bytes.
	loginTimeout = 5 * time.Second
	// guessDelay is how long the answer to a wrong password is held back before the connection is
	// closed.
	guessDelay = 500 * time.Millisecond
	// answerTimeout is how long a client may take to read an answer. Meanwhile others wait for its
	// locks.
	answerTimeout = 10 * time.Second
	// acceptDelay is the pause before accepting again after running out of file descriptors.
	acceptDelay = 50 * time.Millisecond
)

// errStranger closes a connection that can't log in.
var errStranger = errors.New("not logged in")

// gate accepts connections and passes them to the library. The library only sees input that is
// well-formed, within the bounds, and begins with the right password.
type gate struct {
	listener net.Listener
	password string
	serve    func(net.Conn)
	log      *slog.Logger
	closed   chan struct{}

	accepting sync.WaitGroup

	mu        sync.Mutex
	open      int
	strangers *connqueue.Queue // connections that haven't logged in
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

// admit returns the guarded connection, or nil if it closed it because there are too many.
func (g *gate) admit(conn net.Conn) *guarded {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == maxConnections {
		_ = conn.Close()
		return nil
	}
	g.open++
	stranger := &guarded{Conn: conn, gate: g, reader: bufio.NewReader(conn), framing: framing{bounds: strangerBounds}}
	g.strangers.Add(conn) // once the queue closes it, its reader ends and removes it
	_ = conn.SetReadDeadline(time.Now().Add(loginTimeout))
	return stranger
}

// know removes a connection from the strangers: it has logged in or ended.
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

// close stops accepting connections. The server closes the open ones.
func (g *gate) close() {
	close(g.closed)
	_ = g.listener.Close() // nothing to do about an error: it is closed either way
	g.accepting.Wait()
}

// admits reports whether a command logs in successfully, and whether it is a login attempt. Only
// logins pass the gate at first.
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

// guarded is a connection of which the library only reads checked input. Its Read is for one
// goroutine.
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
	return n, err //nolint:wrapcheck // io.EOF must stay unwrapped
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

// login reads commands until one has the right password, which it also passes to the library.
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

// command reads one command of a stranger, as raw bytes.
func (c *guarded) command() ([]byte, error) {
	var raw []byte
	for {
		b, err := c.reader.ReadByte()
		if err != nil {
			return nil, err //nolint:wrapcheck // io.EOF must stay unwrapped
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

// words returns the arguments of a well-formed command.
func words(raw []byte) []string {
	var found []string
	_, rest, _ := strings.Cut(string(raw), "\r\n") // the argument count
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

// refuse answers with the reason and ends reading, so the library closes the connection.
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
		return 0, err //nolint:wrapcheck // the connection's own error
	}
	return c.Conn.Write(bytes) //nolint:wrapcheck // as above
}

// Close is called by the library when it is done with the connection, even if the client closed it.
func (c *guarded) Close() error {
	c.leave.Do(func() { c.gate.left(c) })
	return c.Conn.Close() //nolint:wrapcheck // as above
}
