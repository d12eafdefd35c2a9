package natsserver

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"
)

// refusal matches the server's messages about operations it denied a client.
var refusal = regexp.MustCompile(`(Publish|Subscription|Payload) Violation|authentication error|maximum account active connections`)

const refusalPause = time.Minute

// refusals counts denied operations since the last report.
type refusals struct {
	mu     sync.Mutex
	said   time.Time
	unsaid int
}

// logger forwards the server's log to slog, and its fatal errors to the start.
type logger struct {
	log     *slog.Logger
	fatal   chan error // the first fatal error
	refused refusals
	full    chan struct{} // signals that the server met a full disk
}

func newLogger(log *slog.Logger) *logger {
	return &logger{log: log.With("component", "nats"), fatal: make(chan error, 1), full: make(chan struct{}, 1)}
}

// Noticef drops the server's banner and similar notices: a dozen lines per start that add nothing.
func (l *logger) Noticef(format string, v ...any) {
	l.log.Debug("NATS says", "message", fmt.Sprintf(format, v...))
}

// Warnf logs what an operator should look at eventually. It drops the warning about plain-text
// passwords: they are random, in files only their owner can read, and the server reads them at each
// start.
func (l *logger) Warnf(format string, v ...any) {
	if strings.Contains(format, "Plaintext passwords") {
		return
	}
	l.log.Warn("NATS warns", "message", fmt.Sprintf(format, v...))
}

// Errorf logs failures of one connection or stream, and denied operations. A denial is the client's
// error: the client hears of it at once and may retry in a tight loop, so log it at most once a
// minute.
func (l *logger) Errorf(format string, v ...any) {
	message := fmt.Sprintf(format, v...)
	if strings.Contains(message, noSpace) {
		select {
		case l.full <- struct{}{}:
		default: // already signalled
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

// Fatalf gets errors that the server can't continue after.
func (l *logger) Fatalf(format string, v ...any) {
	select {
	case l.fatal <- fmt.Errorf(format, v...):
	default: // only the first one matters
	}
}

// Debugf is off, like Tracef: both would log users' subjects and messages.
func (l *logger) Debugf(string, ...any) {}

// Tracef is off, see Debugf.
func (l *logger) Tracef(string, ...any) {}
