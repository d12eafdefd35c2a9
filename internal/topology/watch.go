package topology

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	pollEvery  = 500 * time.Millisecond
	askTimeout = 2 * time.Second
	// idleEvery is how often the sources are asked while nobody writes and they answer: often enough to keep the lease,
	// with three more questions before it ends. Who writes after a rest and has not heard of a failover yet is refused by
	// the database.
	idleEvery = 2 * time.Second
	// idleAfter is how long nobody has asked to write for that.
	idleAfter = 10 * time.Second
	// wakeShare is the share of the lease after which Wake asks again: what is left is more than a request takes.
	wakeShare = 4
)

// Watch keeps the state of one process up to date.
type Watch struct {
	sources []Source
	log     *slog.Logger

	first sync.Once

	mu        sync.Mutex
	current   State // the last one in which somebody was the primary
	switching int64 // the epoch that is being begun, if it is newer than current
	confirmed time.Time
	changed   chan struct{}
	wanted    time.Time // when somebody last asked whether they may write

	nudged chan struct{}
}

// NewWatch makes a watch. With no source, or none but the primary itself, there is no failover, and writes are
// never held back.
func NewWatch(log *slog.Logger, sources ...Source) *Watch {
	return &Watch{sources: sources, log: log, current: Initial(), changed: make(chan struct{}), nudged: make(chan struct{}, 1)}
}

// Run asks every source again and again until ctx is done.
func (w *Watch) Run(ctx context.Context) {
	var asking sync.WaitGroup
	defer asking.Wait()
	busy := make([]chan struct{}, len(w.sources)) // one question to each source at a time
	for i := range busy {
		busy[i] = make(chan struct{}, 1)
	}
	for {
		asked := time.Now()
		for i, source := range w.sources {
			select {
			case busy[i] <- struct{}{}:
				asking.Go(func() { w.ask(ctx, source); <-busy[i] })
			default:
			}
		}
		if !w.rest(ctx, asked) {
			return
		}
	}
}

// rest waits until it is time to ask again, and is false if the context ended first.
func (w *Watch) rest(ctx context.Context, asked time.Time) bool {
	for {
		left := time.Until(asked.Add(w.pause(asked)))
		if left <= 0 {
			return ctx.Err() == nil
		}
		due := time.NewTimer(left)
		select {
		case <-ctx.Done():
		case <-due.C:
		case <-w.nudged:
		}
		due.Stop()
		if ctx.Err() != nil {
			return false
		}
	}
}

// pause is how long after a round of questions the next one is due. Each is a query, on a machine that may have nothing
// to do: while nobody writes, an answer is good for a while.
func (w *Watch) pause(asked time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.switching > w.current.Epoch || time.Since(w.wanted) < idleAfter || w.confirmed.Before(asked) {
		return pollEvery
	}
	return idleEvery
}

// nudge has rest look again at how long it is.
func (w *Watch) nudge() {
	select {
	case w.nudged <- struct{}{}:
	default:
	}
}

// Refresh asks every source once, and returns when each has answered or is out of time.
func (w *Watch) Refresh(ctx context.Context) {
	var asking sync.WaitGroup
	for _, source := range w.sources {
		asking.Go(func() { w.ask(ctx, source) })
	}
	asking.Wait()
}

// Wake asks every source once where nobody has for a part of the lease, so that the next write knows that it may. It is
// for a process that is stopped between two requests, and so doesn't Run.
func (w *Watch) Wake(ctx context.Context) {
	w.mu.Lock()
	old := time.Since(w.confirmed) > Lease/wakeShare
	w.mu.Unlock()
	if old && len(w.sources) > 0 {
		w.Refresh(ctx)
	}
}

// Known is State once something was asked: the first call asks.
func (w *Watch) Known(ctx context.Context) State {
	w.first.Do(func() { w.Refresh(ctx) })
	return w.State()
}

// State is the current one: where to read, and where the writes of its epoch go.
func (w *Watch) State() State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current
}

// Changed is closed at the next change of State.
func (w *Watch) Changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.changed
}

// MayWrite is nil while the epoch is confirmed, else ErrNotConfirmed. Ask it before a write, and before its
// acknowledgement.
func (w *Watch) MayWrite() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.wanted) >= idleAfter {
		w.nudge()
	}
	w.wanted = time.Now()
	switch {
	case len(w.sources) == 0:
		return nil
	case w.switching > w.current.Epoch:
		return fmt.Errorf("%w: another one is being made it in epoch %d", ErrNotConfirmed, w.switching)
	case time.Since(w.confirmed) > Lease:
		return fmt.Errorf("%w: nobody has confirmed epoch %d for %s", ErrNotConfirmed, w.current.Epoch, Lease)
	default:
		return nil
	}
}

func (w *Watch) ask(ctx context.Context, source Source) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	asked := time.Now()
	state, err := source.Ask(ctx)
	if err != nil {
		return // a store that is away is told of by its own check
	}
	w.learn(ctx, source, state, asked)
}

func (w *Watch) learn(ctx context.Context, source Source, state State, asked time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nudge()
	if state.Switching {
		w.prepare(state)
		return
	}
	if state.newer(w.current) {
		w.tell(ctx, state, source)
		w.current, w.confirmed = state, time.Time{}
		close(w.changed)
		w.changed = make(chan struct{})
	}
	// The lease begins when the question was asked: the answer may have been true only then.
	if state == w.current && source.Confirms(state) && asked.After(w.confirmed) {
		w.confirmed = asked
	}
}

// tell logs who is the primary now. On b something is still to be mended; that it is a is how it should be, and no news
// to a process that starts after a failback.
func (w *Watch) tell(ctx context.Context, state State, source Source) {
	if state.Primary == w.current.Primary {
		return
	}
	level := slog.LevelWarn
	if state.Primary == A {
		level = slog.LevelInfo
	}
	w.log.Log(ctx, level, "the primary is another one", "side", state.Primary, "epoch", state.Epoch, "by", source.Name)
}

// prepare stops the writes. A process that starts in the middle of a switch reads where it comes from.
func (w *Watch) prepare(state State) {
	if state.Epoch <= w.current.Epoch {
		return
	}
	w.switching = max(w.switching, state.Epoch)
	if w.confirmed.IsZero() && state.Epoch-1 > w.current.Epoch {
		w.current = State{Epoch: state.Epoch - 1, Primary: state.Primary.Other()}
	}
}
