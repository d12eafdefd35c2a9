package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// repeatsEvery is how often a repeating kind of warning or error is logged.
	repeatsEvery = time.Minute
	// mostKinds bounds the memory. Kinds come from the code, except for logger attributes.
	mostKinds = 1000
)

// Repeats logs the first warning or error of a kind at once, and repeats as one line a minute: the
// last one, with their number. Otherwise every request would report a store that is down, and other
// errors would drown among thousands of lines. Lines below a warning pass unchanged.
//
// Two lines are of one kind if level, message and logger attributes are the same, and so are the
// attributes that distinguish kinds.
type Repeats struct {
	next  slog.Handler
	given string // the logger's attributes and groups
	*kinds
}

// kinds is shared by a program's handlers.
type kinds struct {
	mu   sync.Mutex
	open map[string]*kind
}

// kind is one that was logged in the last minute.
type kind struct {
	next  slog.Handler
	count int         // since the last line
	last  slog.Record // of those since the last line
	timer *time.Timer
}

// NewRepeats summarises what goes to next. Close it at the end of the program.
func NewRepeats(next slog.Handler) *Repeats {
	return &Repeats{next: next, kinds: &kinds{open: map[string]*kind{}}}
}

// Enabled implements slog.Handler.
func (r *Repeats) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (r *Repeats) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelWarn && r.repeated(record) { //nolint:contextcheck // a summary outlives the request
		return nil
	}
	return r.next.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (r *Repeats) WithAttrs(attrs []slog.Attr) slog.Handler {
	var given strings.Builder
	given.WriteString(r.given)
	for _, a := range attrs {
		given.WriteString("\x00" + a.String())
	}
	return &Repeats{next: r.next.WithAttrs(attrs), given: given.String(), kinds: r.kinds}
}

// WithGroup implements slog.Handler.
func (r *Repeats) WithGroup(name string) slog.Handler {
	return &Repeats{next: r.next.WithGroup(name), given: r.given + "\x00\x00" + name, kinds: r.kinds}
}

// repeated reports whether this kind was logged within the minute, and then counts the line.
func (r *Repeats) repeated(record slog.Record) bool {
	name := nameOf(record, r.given)
	r.mu.Lock()
	defer r.mu.Unlock()
	if k := r.open[name]; k != nil {
		k.count++
		k.last = record.Clone()
		return true
	}
	if len(r.open) < mostKinds {
		k := &kind{next: r.next}
		k.timer = time.AfterFunc(repeatsEvery, func() { r.minute(name, k) })
		r.open[name] = k
	}
	return false
}

// nameOf identifies a record's kind.
func nameOf(record slog.Record, given string) string {
	var b strings.Builder
	b.WriteString(record.Level.String() + "\x00" + record.Message + "\x00" + given)
	record.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "missing", "panic", "projection", "status", "subject":
			b.WriteString("\x00" + a.String())
		}
		return true
	})
	return b.String()
}

// minute runs as long as a kind repeats. Once it has stopped, its next line is logged at once.
func (k *kinds) minute(name string, of *kind) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if of.count == 0 {
		delete(k.open, name)
		return
	}
	of.write()
	of.timer.Reset(repeatsEvery)
}

func (k *kind) write() {
	k.last.AddAttrs(slog.Int("times", k.count))
	_ = k.next.Handle(context.Background(), k.last) // there is nobody to tell
	k.count = 0
}

// Close logs pending counts.
func (k *kinds) Close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, of := range k.open {
		of.timer.Stop()
		if of.count > 0 {
			of.write()
		}
	}
	clear(k.open)
}
