package projectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/retry"
)

// ErrRebuilding means a projection is already being rebuilt.
var ErrRebuilding = errors.New("a rebuild is already under way")

const (
	// swapLease is how long other processes pause for a swap. A longer swap is given up, because
	// they would resume writing.
	swapLease = 2 * time.Minute
	swapMost  = swapLease - 10*time.Second

	rebuildBatch    = 2000
	rebuildBytes    = 8 << 20 // per batch
	rebuildAttempts = 8
	abortTimeout    = 30 * time.Second
	// readerPatience is how long a replay waits for an announced event before it checks whether
	// that was purged.
	readerPatience = 2 * time.Second
	progressEvery  = 200 * time.Millisecond
)

// Progress reports how far a rebuild has come.
type Progress struct {
	Done      uint64  `json:"done"`  // events applied to the new view
	Total     uint64  `json:"total"` // events to apply; grows while new ones come in
	PerSecond float64 `json:"per_second"`
}

// source is a view that will replace the serving one, and which events it lacks.
type source struct {
	target Target
	start  jetstream.ReadStart
	goOn   bool // skip and park what can't be applied
}

// anew returns an empty view, which needs the last event of each subject.
func (w *worker) anew(ctx context.Context) (source, error) {
	target, err := w.projection.Rebuild(ctx)
	return source{target: target, start: jetstream.ReadStart{Last: true}}, err
}

// clockMargin exceeds any difference between clocks.
const clockMargin = time.Minute

// old returns the replaced view, which lacks the events since then.
func (w *worker) old(ctx context.Context) (source, error) {
	reversible, ok := w.projection.(Reversible)
	if !ok {
		return source{}, ErrNoOld
	}
	target, since, err := reversible.Old(ctx)
	return source{target: target, start: jetstream.ReadStart{Since: since.Add(-clockMargin)}}, err
}

// rebuild applies missing events to a view while the serving one is kept up to date, has it
// compared, then pauses all writes, applies what arrived meanwhile, and swaps the two.
func (w *worker) rebuild(ctx context.Context, begin func(context.Context) (source, error),
	progress func(Progress), compare Compare,
) (err error) {
	if !w.rebuilding.CompareAndSwap(false, true) {
		return fmt.Errorf("rebuild %s: %w", w.spec.Name, ErrRebuilding)
	}
	defer w.stir()
	defer w.rebuilding.Store(false)
	started := time.Now()
	created, err := w.filled(ctx)
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", w.spec.Name, err)
	}
	from, err := begin(ctx)
	if err != nil {
		return fmt.Errorf("rebuild %s: begin: %w", w.spec.Name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("rebuild %s: %w", w.spec.Name, err), abort(ctx, from.target))
		}
	}()
	p := &replay{
		worker: w, target: from.target, created: created, started: started, progress: progress, erasedAt: w.erased.mark(), goOn: from.goOn,
	}
	if err := p.catchUp(ctx, from.start); err != nil {
		return err
	}
	if err := p.compared(ctx, compare); err != nil {
		return err
	}
	if err := p.swap(ctx); err != nil {
		return err
	}
	w.log.InfoContext(ctx, "rebuilt from the stream", slog.Uint64("events", p.done), slog.Duration("took", time.Since(started)))
	return nil
}

func abort(ctx context.Context, target Target) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTimeout)
	defer cancel()
	if err := target.Abort(ctx); err != nil {
		return fmt.Errorf("throw away the new view: %w", err)
	}
	return nil
}

// replay applies the stream's events to a new view.
type replay struct {
	*worker
	target   Target
	created  time.Time // when the stream being read was created
	started  time.Time
	progress func(Progress)
	told     time.Time
	erasedAt int
	goOn     bool

	parkedHere sync.Map // sequences that were left out; batches are written concurrently

	batch   []Event      // being read
	bytes   int          // of the batch's events
	writing []chan error // batches being written, oldest first: each channel receives the result
	done    uint64
	total   uint64
	last    uint64 // sequence of the newest event read

	followed atomic.Uint64 // sequence up to which the new view has everything
}

// catchUp applies what the view lacks. It records its position even if there was nothing to apply.
func (p *replay) catchUp(ctx context.Context, start jetstream.ReadStart) error {
	state, err := p.deps.Conn.State(ctx, events.Stream)
	if err != nil {
		return err
	}
	if err := p.read(ctx, start); err != nil {
		return err
	}
	p.last = max(p.last, state.LastSeq)
	return nil
}

// read applies events from a position in the stream to its end.
func (p *replay) read(ctx context.Context, start jetstream.ReadStart) error {
	for {
		reader, err := p.deps.Conn.Read(ctx, events.Stream, p.spec.Filters, start)
		if err != nil {
			return err
		}
		p.total += reader.Total()
		complete, err := p.drain(ctx, reader)
		reader.Close()
		if ended := p.end(); err == nil {
			err = ended
		}
		if err != nil || complete {
			return err
		}
		start = jetstream.ReadStart{Sequence: p.last + 1}
		p.total = p.done // the next reader reports what is left
	}
}

// errNotCome means an announced event didn't arrive, as when its user was erased meanwhile.
var errNotCome = errors.New("announced event didn't come")

// drain applies a reader's events. It is incomplete if announced events didn't arrive.
func (p *replay) drain(ctx context.Context, reader *jetstream.Reader) (complete bool, err error) {
	for left := reader.Total(); left > 0; {
		left, err = p.drainAWhile(ctx, reader, left)
		if errors.Is(err, errNotCome) {
			return false, p.flush(ctx)
		}
		if err != nil {
			return false, err
		}
	}
	return true, p.flush(ctx)
}

// drainAWhile applies what arrives within half the patience, so that it waits at least that long
// for each event. They share one deadline: one per event would cost as much as reading it.
func (p *replay) drainAWhile(ctx context.Context, reader *jetstream.Reader, left uint64) (uint64, error) {
	patient, cancel := context.WithTimeout(ctx, readerPatience)
	defer cancel()
	for began := time.Now(); left > 0 && time.Since(began) < readerPatience/2; {
		msg, behind, err := reader.Next(patient)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return left, errNotCome
		}
		if err != nil {
			return left, err
		}
		left, p.last = behind, msg.Sequence
		if err := p.take(ctx, msg); err != nil {
			return left, err
		}
		p.total = max(p.total, p.done+left)
	}
	return left, nil
}

func (p *replay) take(ctx context.Context, msg jetstream.Message) error {
	event, err := readEvent(msg)
	p.done++
	if err != nil {
		// Flush first: of two bad events, the older one is reported.
		if err := p.flush(ctx); err != nil {
			return err
		}
		if err := p.end(); err != nil {
			return err
		}
		return p.refuse(ctx, msg, err)
	}
	if p.erased.drops(event) || p.spec.passesOver(event) {
		return nil
	}
	p.batch = append(p.batch, event)
	p.bytes += len(event.Data)
	if len(p.batch) < rebuildBatch && p.bytes < rebuildBytes {
		return nil
	}
	return p.flush(ctx)
}

// refuse skips an event of an unknown type, like the live projection, and stops at any other unless
// it was dropped: an incomplete view must not replace one that may be complete.
func (p *replay) refuse(ctx context.Context, msg jetstream.Message, reason error) error {
	if judge(reason) == skip {
		p.numbers.skipped.Add(1)
		p.log.WarnContext(ctx, "rebuild skipped an event of an unknown type", slog.Uint64("sequence", msg.Sequence))
		return nil
	}
	return p.stopAt(ctx, parkedOf(msg), reason)
}

// stopAt returns the error that names an event that can't be applied, or nil if an operator dropped
// it.
func (p *replay) stopAt(ctx context.Context, e ParkedEvent, reason error) error {
	dropped, err := p.parking.dropped(ctx, p.spec.Name, e.Sequence, e.Subject, e.EventID)
	if err != nil {
		return err
	}
	if dropped {
		p.log.WarnContext(ctx, "rebuild went past an event that was dropped", slog.Uint64("sequence", e.Sequence))
		return nil
	}
	switch verdict := judge(reason); {
	case p.goOn && verdict == park:
		return p.leaveOut(ctx, e, reason)
	case p.goOn && verdict == stop:
		return p.stop(ctx, e, reason)
	}
	return fmt.Errorf("stopped at event %q (%s), message %d on %s: %w", e.EventID, e.Type, e.Sequence, e.Subject, reason)
}

// leaveOut parks an event that can't be applied.
func (p *replay) leaveOut(ctx context.Context, e ParkedEvent, reason error) error {
	if err := p.parking.put(ctx, p.spec.Name, e, reason); err != nil {
		return err
	}
	p.log.ErrorContext(ctx, "parked an event that can't be applied", slog.Uint64("sequence", e.Sequence), slog.Any("reason", reason))
	p.parkedHere.Store(e.Sequence, struct{}{})
	return nil
}

// flush starts writing the batch while the next one is read, up to the projection's number of
// concurrent writes.
func (p *replay) flush(ctx context.Context) error {
	p.tell()
	if len(p.batch) == 0 {
		return nil
	}
	if err := p.awaitWrites(max(p.spec.RebuildWriters, 1) - 1); err != nil {
		return err
	}
	batch, written := p.batch, make(chan error, 1)
	p.batch, p.bytes = make([]Event, 0, rebuildBatch), 0
	p.writing = append(p.writing, written)
	go func() { written <- p.apply(ctx, batch) }()
	return nil
}

// awaitWrites waits until at most this many batches are being written. It returns the error of the
// oldest that failed.
func (p *replay) awaitWrites(most int) error {
	for len(p.writing) > most {
		err := <-p.writing[0]
		p.writing = p.writing[1:]
		if err != nil {
			return err
		}
	}
	return nil
}

// end waits for all batches, even after errors: nothing may be writing to a view when it is swapped
// in or discarded.
func (p *replay) end() error {
	var failed error
	for len(p.writing) > 0 {
		if err := p.awaitWrites(0); failed == nil {
			failed = err
		}
	}
	return failed
}

// apply retries temporary failures several times. Unlike the live projection it then gives up,
// because someone is waiting.
func (p *replay) apply(ctx context.Context, batch []Event) error {
	for attempt := 0; ; attempt++ {
		err := p.linked(ctx, "rebuild ", batch, p.target.Apply)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case judge(err) != again && len(batch) > 1:
			return p.applyEach(ctx, batch)
		case judge(err) == skip:
			p.numbers.skipped.Add(1)
			return nil
		case judge(err) != again:
			e := batch[0]
			return p.stopAt(ctx, ParkedEvent{Sequence: e.Sequence, Subject: e.Subject, EventID: e.ID, Type: string(e.Type)}, err)
		case attempt+1 == rebuildAttempts:
			return fmt.Errorf("write %d events from message %d: %w", len(batch), batch[0].Sequence, err)
		}
		retry.Wait(ctx, retry.Delay(attempt, firstDelay, lastDelay))
	}
}

func (p *replay) applyEach(ctx context.Context, batch []Event) error {
	for i := range batch {
		if err := p.apply(ctx, batch[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// swap pauses the live projection in all processes, brings the new view to the end of the stream,
// and swaps it in. Meanwhile nothing is acknowledged that only the old view has.
func (p *replay) swap(ctx context.Context) error {
	hold, err := p.gate.hold(ctx, 0)
	if err != nil {
		return fmt.Errorf("hold the projection: %w", err)
	}
	defer hold.release()
	ctx, cancel := context.WithTimeout(ctx, swapMost)
	defer cancel()
	release, err := p.prepareHeld(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := p.read(ctx, jetstream.ReadStart{Sequence: p.last + 1}); err != nil {
		return err
	}
	if created, err := p.filled(ctx); err != nil || !created.Equal(p.created) {
		return errors.Join(jetstream.ErrReplaced, err)
	}
	if err := p.target.Commit(ctx); err != nil {
		return fmt.Errorf("put the new view in place: %w", err)
	}
	return p.tidy(ctx)
}

// prepareHeld prepares the new view while pausing the other processes that write to the old one.
func (p *replay) prepareHeld(ctx context.Context) (release func(), err error) {
	prepared := make(chan error, 1)
	go func() { prepared <- p.prepare(ctx) }()
	release, err = p.holdElsewhere(ctx, p.runner)
	if failed := <-prepared; failed != nil && err == nil {
		release()
		return nil, fmt.Errorf("prepare the new view: %w", failed)
	}
	return release, err
}

func (p *replay) prepare(ctx context.Context) error {
	if preparer, ok := p.target.(Preparer); ok {
		return preparer.Prepare(ctx)
	}
	return nil
}

// tidy cleans up after the swap. The new view is in place, so an error here doesn't undo it.
func (p *replay) tidy(ctx context.Context) error {
	for _, user := range p.erased.since(p.erasedAt) {
		if _, err := p.projection.Erase(ctx, user); err != nil {
			return fmt.Errorf("erase user %s from the new view, which is in place: %w", user, err)
		}
	}
	// Other parked events no longer matter: the rebuild has passed every subject's last event.
	if err := p.parking.clear(ctx, p.spec.Name, func(e ParkedEvent) bool {
		_, leftOut := p.parkedHere.Load(e.Sequence)
		return e.Sequence <= p.last && !leftOut
	}); err != nil {
		return fmt.Errorf("forget parked events; the new view is in place: %w", err)
	}
	p.tell()
	p.progress(p.now())
	return nil
}

func (p *replay) tell() {
	if time.Since(p.told) < progressEvery {
		return
	}
	p.told = time.Now()
	p.progress(p.now())
}

func (p *replay) now() Progress {
	return Progress{
		Done: p.done, Total: max(p.total, p.done),
		PerSecond: float64(p.done) / max(time.Since(p.started).Seconds(), 0.001),
	}
}
