package telemetry

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// repeatsEvery is how often one kind of warning or error is written while it goes on.
	repeatsEvery = time.Minute
	// mostKinds bounds what is remembered. Kinds are written in the code, but for what a logger was given along.
	mostKinds = 1000
)

// Repeats writes the first warning or error of a kind at once, and while more of it come one line a minute: the last one,
// with how many there were. A store that is away is told of by every request otherwise, and what else is wrong is not to be
// found among thousands of the same. Lines below a warning pass: what is asked for line by line is given so.
//
// Two lines are of one kind where level, words, and what their logger was given along are the same, and none of the attributes
// in which kinds differ.
type Repeats struct {
	next  slog.Handler
	given string // the attributes and groups of the logger
	*kinds
}

// kinds is what the handlers of one program share.
type kinds struct {
	mu   sync.Mutex
	open map[string]*kind
}

// kind is one that was written in the last minute.
type kind struct {
	next  slog.Handler
	count int         // since the last line
	last  slog.Record // of those
	timer *time.Timer
}

// NewRepeats sums up what goes to next. Close it at the end of the program.
func NewRepeats(next slog.Handler) *Repeats {
	return &Repeats{next: next, kinds: &kinds{open: map[string]*kind{}}}
}

// Enabled implements slog.Handler.
func (r *Repeats) Enabled(ctx context.Context, level slog.Level) bool {
	return r.next.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (r *Repeats) Handle(ctx context.Context, record slog.Record) error {
	if record.Level >= slog.LevelWarn && r.repeated(record) { //nolint:contextcheck // what is summed up outlives the request
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

// repeated tells whether one of the kind was written within the minute, and counts the line then.
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

// nameOf tells kinds apart.
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

// minute is called as long as a kind goes on. One that has ended is written at once when it comes again.
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
	_ = k.next.Handle(context.Background(), k.last) // nobody is there who could be told
	k.count = 0
}

// Close writes what was counted and not written yet.
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
