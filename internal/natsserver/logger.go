package natsserver

import (
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
)

// logger passes what the server says to slog, and its fatal errors to the start.
type logger struct {
	log       *slog.Logger
	fatal     chan error // the first fatal error
	portTaken atomic.Bool
}

func newLogger(log *slog.Logger) *logger {
	return &logger{log: log.With("component", "nats"), fatal: make(chan error, 1)}
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

// Errorf gets what failed for one connection or one stream.
func (l *logger) Errorf(format string, v ...any) {
	l.log.Error("NATS reports an error", "message", fmt.Sprintf(format, v...))
}

// Fatalf gets what the server can't go on without.
func (l *logger) Fatalf(format string, v ...any) {
	cause := fmt.Errorf(format, v...)
	if strings.Contains(cause.Error(), "address already in use") {
		l.portTaken.Store(true)
	}
	select {
	case l.fatal <- cause:
	default: // only the first one matters
	}
}

// Debugf and Tracef would hold subjects and messages of users; they are off.
func (l *logger) Debugf(string, ...any) {}

// Tracef is off, see Debugf.
func (l *logger) Tracef(string, ...any) {}

func (l *logger) sawPortTaken() bool { return l.portTaken.Load() }
