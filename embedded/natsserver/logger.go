package natsserver

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"
)

// refusal finds what the server says of a client that isn't allowed something.
var refusal = regexp.MustCompile(`(Publish|Subscription|Payload) Violation|authentication error|maximum account active connections`)

const refusalPause = time.Minute

// refusals counts what clients were refused since that was last said.
type refusals struct {
	mu     sync.Mutex
	said   time.Time
	unsaid int
}

// logger passes what the server says to slog, and its fatal errors to the start.
type logger struct {
	log     *slog.Logger
	fatal   chan error // the first fatal error
	refused refusals
	full    chan struct{} // the server has met a full disk
}

func newLogger(log *slog.Logger) *logger {
	return &logger{log: log.With("component", "nats"), fatal: make(chan error, 1), full: make(chan struct{}, 1)}
}

// Noticef gets the server's banner and its like: a dozen lines at each start that say what we know.
func (l *logger) Noticef(format string, v ...any) {
	l.log.Debug("NATS says", "message", fmt.Sprintf(format, v...))
}

// Warnf gets what an operator should look at some time. That the passwords are plain is no news: they are
// random, in files that are the owner's alone, and the server reads them at each start.
func (l *logger) Warnf(format string, v ...any) {
	if strings.Contains(format, "Plaintext passwords") {
		return
	}
	l.log.Warn("NATS warns", "message", fmt.Sprintf(format, v...))
}

// Errorf gets what failed for one connection or one stream, and what a client was refused. That is the client's error,
// which hears of it at once and may try again as fast as it can: a line a minute tells of it.
func (l *logger) Errorf(format string, v ...any) {
	message := fmt.Sprintf(format, v...)
	if strings.Contains(message, noSpace) {
		select {
		case l.full <- struct{}{}:
		default: // it is known
		}
	}
	if !refusal.MatchString(message) {
		l.log.Error("NATS reports an error", "message", message)
		return
	}
	l.refused.mu.Lock()
	defer l.refused.mu.Unlock()
	l.refused.unsaid++
	if time.Since(l.refused.said) < refusalPause {
		return
	}
	l.log.Info("NATS refused a client", "message", message, "times", l.refused.unsaid)
	l.refused.said, l.refused.unsaid = time.Now(), 0
}

// Fatalf gets what the server can't go on without.
func (l *logger) Fatalf(format string, v ...any) {
	select {
	case l.fatal <- fmt.Errorf(format, v...):
	default: // only the first one matters
	}
}

// Debugf and Tracef would hold subjects and messages of users; they are off.
func (l *logger) Debugf(string, ...any) {}

// Tracef is off, see Debugf.
func (l *logger) Tracef(string, ...any) {}
