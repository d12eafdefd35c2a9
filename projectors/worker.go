package projectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/retry"
	"larder.dev/internal/telemetry"
)

const (
	// prefetch is how many messages the client requests ahead.
	prefetch = 256
	// maxAckPending limits what all processes hold together. It exceeds one process's limit, so
	// that a dead one's messages don't starve the others until their AckWait.
	maxAckPending = 4 * (heldMessages + prefetch)
	// applyTimeout turns a hanging write into a temporary failure.
	applyTimeout = 30 * time.Second
	// stopGrace is how long a running write may take after the runner is told to stop.
	stopGrace = 5 * time.Second
	// firstDelay and lastDelay are between attempts, which double.
	firstDelay = 50 * time.Millisecond
	lastDelay  = 10 * time.Second
)

// errRewind ends a session because its position doesn't match the stream.
var errRewind = errors.New("position doesn't fit the stream")

// worker runs one projection.
type worker struct {
	runner     string // id of its runner
	projection Projection
	spec       Spec
	deps       Deps
	log        *slog.Logger
	stores
	erased     *erased
	numbers    numbers
	gate       *gate
	rebuilding atomic.Bool
	refilled   atomic.Bool // the emptiness that Fresh reported has been handled
	lost       atomic.Bool // the view is gone and hasn't been recreated
	lease      *lease
	stirred    chan struct{} // signals activity for the monitor to measure

	mu        sync.Mutex
	state     State
	reason    string
	interrupt context.CancelCauseFunc // ends the running session
	lent      *hold                   // another process's hold on this one
}

// stores are shared by all projections in all processes.
type stores struct {
	parking     *parking
	checkpoints *checkpoints
}

func newWorker(runner string, deps Deps, projection Projection, stores stores, erased *erased) *worker {
	spec := projection.Spec().withDefaults()
	log := deps.Log.With(slog.String("projection", spec.Name))
	return &worker{
		runner: runner, projection: projection, spec: spec, deps: deps, stores: stores, erased: erased, gate: newGate(),
		log:   log,
		lease: &lease{holder: runner, log: log}, stirred: make(chan struct{}, 1),
		state: Starting,
	}
}

// durable is the name of the consumer that has the projection's position.
func (w *worker) durable() string { return durable(w.spec.Name) }

func durable(projection string) string { return "projection-" + projection }

// run consumes until the context ends. It restarts failed sessions; one that stopped at an event of
// an unknown version only once that is dropped, because otherwise a newer build must continue.
func (w *worker) run(ctx context.Context) {
	var watching sync.WaitGroup
	watching.Go(func() { w.monitor(ctx) })
	watching.Go(func() { w.watch(ctx) })
	defer watching.Wait()
	for attempt := 0; ctx.Err() == nil; attempt++ {
		started := time.Now()
		err := w.session(ctx)
		if ctx.Err() != nil {
			return
		}
		var stopped *stoppedError
		if errors.As(err, &stopped) {
			w.enter(Stopped, err.Error())
			w.log.ErrorContext(ctx, "projection stopped: a newer build must read on, or the event be dropped", slog.Any("error", err))
			w.awaitDrop(ctx, stopped.at)
			continue
		}
		w.enter(Waiting, err.Error())
		if retry.WorthALine(attempt) {
			w.log.Log(ctx, levelOf(err), "projection is interrupted", slog.Any("error", err), slog.Int("attempt", attempt+1))
		}
		if time.Since(started) > lastDelay {
			attempt = 0
		}
		if !errors.Is(err, errRewind) && !retry.Wait(ctx, retry.Delay(attempt, firstDelay, lastDelay)) {
			return
		}
	}
}

// levelOf keeps what happens at every first start from alarming an operator.
func levelOf(err error) slog.Level {
	if errors.Is(err, ErrNotLaidOut) {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

// session consumes until the context ends or something forces a restart, and then holds no
// messages.
func (w *worker) session(parent context.Context) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	w.setInterrupt(cancel)
	consumer, err := w.position(ctx)
	if err != nil {
		return err
	}
	if err := w.renew(ctx); err != nil {
		return err
	}
	before, err := w.parking.sequences(ctx, w.spec.Name)
	if err != nil {
		return err
	}
	deliveries, err := consumer.Deliver(prefetch)
	if err != nil {
		return err
	}
	w.lost.Store(false)
	s := &session{worker: w, held: newHeld(), lanes: newLanes(w.spec), cancel: cancel, parkedBefore: before}
	w.enter(Running, "")
	var work sync.WaitGroup
	for _, l := range s.lanes {
		work.Go(func() { s.consume(ctx, l) })
	}
	keepCtx, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	var beating sync.WaitGroup
	beating.Go(func() { s.held.keep(keepCtx, w.deps.AckWait, w.log) })

	err = s.dispatch(ctx, deliveries)
	cancel(err)
	deliveries.Stop()
	work.Wait()
	stopKeeping()
	beating.Wait()
	s.held.giveBack()
	// Use a separate context: on a stop this is the last chance to send the acknowledgements.
	flush, done := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer done()
	if err := w.deps.Conn.Flush(flush); err != nil {
		w.log.WarnContext(ctx, "could not flush acknowledgements; their events will come again", slog.Any("error", err))
	}
	return context.Cause(ctx)
}

func (w *worker) setInterrupt(cancel context.CancelCauseFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.interrupt = cancel
}

// restart ends the running session for a reason; run starts another.
func (w *worker) restart(reason error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.interrupt != nil {
		w.interrupt(reason)
	}
}

func (w *worker) enter(state State, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state, w.reason = state, cut(reason)
	w.stir()
}

func (w *worker) where() (State, string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rebuilding.Load() && w.state == Running {
		return Rebuilding, w.reason
	}
	return w.state, w.reason
}

// session is one period of consuming.
type session struct {
	*worker
	held   *held
	lanes  []*lane
	cancel context.CancelCauseFunc

	// parkedBefore are the events on record when the session began: if one is redelivered and
	// applied, as by a build that can read it, it isn't parked any more. The map is read-only.
	parkedBefore map[uint64]ParkedEvent
}

// dispatch distributes messages to their lanes. It waits for room, but never for a lane.
func (s *session) dispatch(ctx context.Context, deliveries *jetstream.Deliveries) error {
	for {
		if err := s.held.room(ctx); err != nil {
			return err
		}
		delivery, err := deliveries.Next(ctx)
		if err != nil {
			return err
		}
		it := &item{delivery: delivery}
		it.event, it.err = readEvent(delivery.Message)
		if s.held.add(it) {
			laneOf(s.lanes, delivery.Subject).in <- it
		}
	}
}

// consume processes one lane until the context ends.
func (s *session) consume(ctx context.Context, l *lane) {
	for {
		batch := l.take(ctx)
		if batch == nil {
			return
		}
		if err := s.complete(ctx, batch); err != nil {
			s.cancel(err)
			return
		}
	}
}

// complete finishes each message of a batch in order: written, skipped or parked, and acknowledged.
// It separates unreadable ones, so that the rest is still written in batches.
func (s *session) complete(ctx context.Context, batch []*item) error {
	var readable []*item
	for _, it := range batch {
		if it.err == nil {
			readable = append(readable, it)
			continue
		}
		if err := s.apply(ctx, readable); err != nil {
			return err
		}
		readable = nil
		if err := s.refuse(ctx, it, it.err); err != nil {
			return err
		}
	}
	return s.apply(ctx, readable)
}

// apply writes a batch, retrying temporary failures for ever. Retrying in place keeps the lane's
// order. It returns the context's error, ErrLost, or a *stoppedError.
func (s *session) apply(ctx context.Context, batch []*item) error {
	for attempt := 0; len(batch) > 0; attempt++ {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		err := s.write(ctx, batch)
		if err == nil {
			s.recovered(attempt)
			return nil
		}
		if errors.Is(err, ErrLost) {
			return err
		}
		if judge(err) == again {
			s.failed(ctx, batch, attempt, err)
			retry.Wait(ctx, retry.Delay(attempt, firstDelay, lastDelay))
			continue
		}
		if len(batch) == 1 {
			return s.refuse(ctx, batch[0], err)
		}
		return s.applyEach(ctx, batch)
	}
	return nil
}

// applyEach finds the event that spoils a batch.
func (s *session) applyEach(ctx context.Context, batch []*item) error {
	for i := range batch {
		if err := s.apply(ctx, batch[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// write passes a batch to the projection once and acknowledges it. Both happen behind the gate:
// while a rebuild swaps the view, nothing may be acknowledged that was only written to the old one.
func (s *session) write(ctx context.Context, batch []*item) error {
	if !s.gate.enter(ctx) {
		return context.Cause(ctx)
	}
	defer s.gate.leave()
	write, cancel := graceful(ctx)
	defer cancel()
	due := make([]Event, 0, len(batch))
	for _, it := range batch {
		if !s.erased.drops(it.event) && !s.spec.passesOver(it.event) {
			due = append(due, it.event)
		}
	}
	if len(due) > 0 {
		if err := s.follow(write, due); err != nil {
			return fmt.Errorf("apply %d events from message %d: %w", len(due), due[0].Sequence, err)
		}
	}
	for _, it := range batch {
		if parked, ok := s.parkedBefore[it.delivery.Sequence]; ok {
			if err := s.parking.forget(write, parked); err != nil {
				return err
			}
		}
		s.acknowledge(ctx, it)
	}
	s.numbers.applied.Add(uint64(len(due)))
	return nil
}

// follow applies a batch in a span linked to its events' traces, and each live event's write in a
// span in its request's trace.
func (s *session) follow(ctx context.Context, due []Event) error {
	if !s.deps.Tracing.On() {
		return s.projection.Apply(ctx, due)
	}
	var writes []*telemetry.Span
	for _, event := range due {
		if event.TraceParent != "" && !event.Repeated && time.Since(event.Stored) < telemetry.Life {
			writes = append(writes, s.deps.Tracing.Write(ctx, "write "+s.spec.Name, event.TraceParent))
		}
	}
	err := s.linked(ctx, "apply ", due, s.projection.Apply)
	for _, write := range writes {
		write.End(err)
	}
	return err
}

// linked applies a batch in a span linked to its events' traces.
func (w *worker) linked(ctx context.Context, verb string, batch []Event, apply func(context.Context, []Event) error) error {
	if !w.deps.Tracing.On() {
		return apply(ctx, batch)
	}
	parents := make([]string, len(batch))
	for i, event := range batch {
		parents[i] = event.TraceParent
	}
	ctx, span := w.deps.Tracing.Link(ctx, verb+w.spec.Name, parents)
	err := apply(ctx, batch)
	span.End(err)
	return err
}

func (s *session) acknowledge(ctx context.Context, it *item) {
	if err := it.delivery.Ack(); err != nil {
		s.log.DebugContext(ctx, "could not acknowledge; the event will come again", slog.Any("error", err))
	}
	s.held.remove(it)
	s.stir()
}

// refuse handles an event that can't be applied.
func (s *session) refuse(ctx context.Context, it *item, reason error) error {
	attrs := []any{slog.Uint64("sequence", it.delivery.Sequence), slog.Any("reason", reason)}
	verdict := judge(reason)
	if verdict != skip {
		dropped, err := s.gaveUp(ctx, it)
		if dropped || err != nil {
			return err
		}
	}
	switch verdict {
	case stop:
		return s.stop(ctx, parkedOf(it.delivery.Message), reason)
	case skip:
		s.log.WarnContext(ctx, "skipped an event of an unknown type", attrs...)
		s.numbers.skipped.Add(1)
		s.acknowledge(ctx, it)
		return nil
	default:
		s.log.ErrorContext(ctx, "parked an event that can't be applied", attrs...)
		return s.park(ctx, it, reason)
	}
}

// gaveUp skips an event that an operator dropped.
func (s *session) gaveUp(ctx context.Context, it *item) (bool, error) {
	e := parkedOf(it.delivery.Message)
	dropped, err := s.parking.dropped(ctx, s.spec.Name, e.Sequence, e.Subject, e.EventID)
	if err != nil || !dropped {
		return false, err
	}
	s.log.WarnContext(ctx, "went past an event that was dropped", slog.Uint64("sequence", e.Sequence))
	s.acknowledge(ctx, it)
	return true, nil
}

// park retries for ever: an event that is acknowledged but not on record would be lost silently.
func (s *session) park(ctx context.Context, it *item, reason error) error {
	for attempt := 0; ; attempt++ {
		err := s.parking.put(ctx, s.spec.Name, parkedOf(it.delivery.Message), reason)
		if err == nil {
			s.numbers.parked.Add(1)
			s.acknowledge(ctx, it)
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s.failed(ctx, []*item{it}, attempt, err)
		retry.Wait(ctx, retry.Delay(attempt, firstDelay, lastDelay))
	}
}

func (s *session) failed(ctx context.Context, batch []*item, attempt int, err error) {
	if ctx.Err() != nil {
		return
	}
	s.numbers.retries.Add(1)
	s.enter(Retrying, err.Error())
	if retry.WorthALine(attempt) {
		s.log.WarnContext(ctx, "could not write, trying again", slog.Any("error", err),
			slog.Int("events", len(batch)), slog.Int("attempt", attempt+1))
	}
}

func (s *session) recovered(attempts int) {
	if attempts > 0 {
		s.enter(Running, "")
		s.log.Info("writing again", slog.Int("attempts", attempts+1))
	}
}

// graceful returns a context that lets a write finish: it lasts until stopGrace after ctx ends.
func graceful(ctx context.Context) (context.Context, context.CancelFunc) {
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), applyTimeout)
	unhook := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(stopGrace, cancel)
		context.AfterFunc(work, func() { timer.Stop() })
	})
	return work, func() {
		unhook()
		cancel()
	}
}
