// Package relay carries the ledger's events to the stream: every one at least once, those of one user in
// their order, and none that isn't committed.
package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
	"larder.dev/internal/telemetry"
)

const (
	// lockID is the advisory lock of the one relay that leads. The number is drawn by lot and fixed.
	lockID = 7_305_240_117

	// pollEvery is how long an event waits whose hint was lost; idlePoll, where there was nothing for some polls.
	pollEvery = time.Second
	idlePoll  = 4 * time.Second

	// measureEvery is how often what waits is counted while it is being published.
	measureEvery = 2 * time.Second

	// A batch costs by itself: two transactions, and an fsync of the stream. Where a batch brought busyEvents
	// or more, writes come faster than it pays to publish them a few at a time, and the next one is let grow
	// for a while. At 200 writes a second a batch has one or two, and nothing waits.
	busyEvents = 16
	growFor    = 30 * time.Millisecond

	// markPatience is how long a mark may take.
	markPatience = 5 * time.Second

	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// Publisher stores messages in a stream, in order, and gives their places. On an error it gives those of
// the messages that are known to be stored, from the first on.
type Publisher interface {
	PublishBatch(ctx context.Context, stream string, msgs []jetstream.Message) ([]uint64, error)
}

// Filler sees to it that the stream has what was published before.
type Filler interface {
	// Fill is called before anything is published. Its error is one of the relay's.
	Fill(ctx context.Context) error
	// Doubt says that the stream may be another one than before.
	Doubt()
}

// Relay reads what is unpublished, publishes it, and marks it.
type Relay struct {
	store     *recipestore.Store
	publisher Publisher
	url       string
	tracing   *telemetry.Tracing
	log       *slog.Logger
	metrics   *Metrics
	beside    func(ctx context.Context)
	filler    Filler
	doubts    chan struct{}
}

// Options are what a relay works with.
type Options struct {
	Store     *recipestore.Store
	Publisher Publisher
	URL       string // the database's address: leading and listening need connections of their own
	Metrics   *Metrics
	Tracing   *telemetry.Tracing
	Log       *slog.Logger
	Beside    func(ctx context.Context) // what else the one that leads does, until ctx is done; nil for nothing
	Filler    Filler                    // nil for a stream that is as it is
}

// New makes a relay.
func New(o Options) *Relay {
	return &Relay{
		store: o.Store, publisher: o.Publisher, url: o.URL, metrics: o.Metrics, tracing: o.Tracing, log: o.Log,
		beside: o.Beside, filler: o.Filler, doubts: make(chan struct{}, 1),
	}
}

// Doubt tells a relay that the stream may be another one than before, so that it is looked at and filled.
func (r *Relay) Doubt() {
	if r.filler == nil {
		return
	}
	r.filler.Doubt()
	select {
	case r.doubts <- struct{}{}:
	default:
	}
}

// Leads tells whether some relay leads in the database of a pool.
func Leads(ctx context.Context, pool *recipestore.Pool) (bool, error) {
	return postgres.Led(ctx, pool, lockID)
}

// On gives the same relay at another address of the database.
func (r *Relay) On(url string) *Relay {
	other := *r
	other.url = url
	return &other
}

// Run relays until ctx is done. Of all that run on one database one leads, and another takes over where it
// ends. A failure is logged and tried again, for ever; the error is that of an address that can't be read.
func (r *Relay) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.lead(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// lead waits for the lead and works until it is lost.
func (r *Relay) lead(ctx context.Context) error {
	leadership, err := postgres.Lead(ctx, r.url, lockID, r.log)
	if err != nil {
		return fmt.Errorf("lead the relay: %w", err)
	}
	defer leadership.Release()
	r.log.InfoContext(ctx, "the relay leads")
	r.metrics.lead(true)
	defer r.metrics.lead(false)
	defer r.metrics.behind(0, 0) // the next leader tells
	r.work(leadership.Context()) //nolint:contextcheck // it is made of ctx, and ends with the lock
	return nil
}

// work publishes, measures what waits for it, and does what else is the leader's.
func (r *Relay) work(ctx context.Context) {
	var waits atomic.Bool
	while, stop := context.WithCancel(ctx)
	var others sync.WaitGroup
	others.Go(func() { r.measure(while, &waits) })
	if r.beside != nil {
		others.Go(func() { r.beside(while) })
	}
	r.follow(ctx, &waits)
	stop()
	others.Wait()
}

// Drain publishes what is unpublished now, and gives how many events. It waits until it leads, and stops
// at the first failure.
func (r *Relay) Drain(ctx context.Context) (int, error) {
	leadership, err := postgres.Lead(ctx, r.url, lockID, r.log)
	if err != nil {
		return 0, fmt.Errorf("lead the relay: %w", err)
	}
	defer leadership.Release()
	return r.turn(leadership.Context()) //nolint:contextcheck // it is made of ctx, and ends with the lock
}

// follow publishes whenever there is a hint, and now and then without one. waits tells whether something may wait.
func (r *Relay) follow(ctx context.Context, waits *atomic.Bool) {
	hints := postgres.Listen(ctx, r.url, ledger.Channel, r.log)
	poll := pollEvery
	for failures := 0; ctx.Err() == nil; {
		waits.Store(true)
		published, err := r.turn(ctx)
		if err != nil {
			r.complain(ctx, failures, err)
			rest(ctx, failures)
			failures++
			continue
		}
		failures = 0
		waits.Store(false)
		poll = min(2*poll, idlePoll)
		if published > 0 {
			poll = pollEvery
		}
		next := time.NewTimer(poll)
		select {
		case <-ctx.Done():
		case <-hints:
		case <-r.doubts:
		case <-next.C:
		}
		next.Stop()
	}
}

// turn publishes what waits, on a stream that has what was published before. After a failure it may be another one.
func (r *Relay) turn(ctx context.Context) (published int, err error) {
	if r.filler == nil {
		return r.drain(ctx)
	}
	if err = r.filler.Fill(ctx); err == nil {
		published, err = r.drain(ctx)
	}
	if err != nil {
		r.filler.Doubt()
	}
	return published, err
}

// measure counts what waits while it is being published, also where that is slow and nothing fails. It asks nobody while
// nothing waits.
func (r *Relay) measure(ctx context.Context, waits *atomic.Bool) {
	ticker := time.NewTicker(measureEvery)
	defer ticker.Stop()
	var seen sightings
	for {
		var backlog recipestore.Backlog
		var err error
		if waits.Load() {
			backlog, err = r.store.Backlog(ctx)
		}
		if err == nil {
			r.metrics.behind(backlog.Events, seen.age(backlog, time.Now()))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// drain works until nothing is left, or until the first failure: what comes after a failed event must not
// overtake it. Where more waits than a batch holds, the batch before is marked and the next one is read while one is
// published.
func (r *Relay) drain(ctx context.Context) (total int, err error) {
	entries, err := r.read(ctx, nil)
	var before outcome
	for err == nil && len(entries) > 0 {
		publishing := r.publish(ctx, entries)
		err = r.mark(ctx, before)
		var next []recipestore.Entry
		ahead := err == nil && isFull(entries)
		if ahead {
			next, err = r.read(ctx, ids(entries))
		}
		before = <-publishing
		total += len(before.sequences)
		if err = errors.Join(err, before.err); err != nil {
			break
		}
		if !ahead {
			next, err = r.markThenRead(ctx, before)
			before = outcome{}
		}
		entries = next
	}
	// Also after a failure: what is known to be stored isn't sent again.
	return total, errors.Join(err, r.mark(ctx, before))
}

// markThenRead marks a batch that brought all there was, and reads what came meanwhile.
func (r *Relay) markThenRead(ctx context.Context, published outcome) ([]recipestore.Entry, error) {
	if err := r.mark(ctx, published); err != nil {
		return nil, err
	}
	if len(published.sequences) >= busyEvents {
		wait(ctx, growFor)
	}
	return r.read(ctx, nil)
}

func (r *Relay) read(ctx context.Context, underWay []int64) ([]recipestore.Entry, error) {
	return r.store.Unpublished(ctx, underWay, jetstream.BatchMessages, jetstream.BatchBytes)
}

// isFull tells whether a batch is as large as one may be, so that more may wait.
func isFull(entries []recipestore.Entry) bool {
	bytes := 0
	for _, e := range entries {
		bytes += len(e.Event.Data)
	}
	return len(entries) == jetstream.BatchMessages || bytes >= jetstream.BatchBytes
}

// outcome is what became of a batch: the places of those of its events that are known to be stored, from the first on.
type outcome struct {
	entries   []recipestore.Entry
	sequences []uint64
	err       error
}

func (r *Relay) publish(ctx context.Context, entries []recipestore.Entry) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		spans := r.spans(ctx, entries)
		sequences, err := r.publisher.PublishBatch(ctx, events.Stream, messages(entries))
		end(spans, len(sequences), err)
		if err != nil {
			err = fmt.Errorf("publish %d events from %d on: %w", len(entries), entries[0].ID, err)
		}
		done <- outcome{entries: entries, sequences: sequences, err: err}
	}()
	return done
}

// mark notes where the events of a batch are, also where the relay is just being stopped: what isn't marked is sent
// again, and the stream knows it again for some minutes only.
func (r *Relay) mark(ctx context.Context, published outcome) error {
	n := len(published.sequences)
	if n == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markPatience)
	defer cancel()
	if err := r.store.MarkPublished(ctx, ids(published.entries[:n]), published.sequences); err != nil {
		return err
	}
	r.metrics.published(n)
	return nil
}

// spans begins a span for each event, in the trace of the request that made it.
func (r *Relay) spans(ctx context.Context, entries []recipestore.Entry) []*telemetry.Span {
	if !r.tracing.On() {
		return nil
	}
	spans := make([]*telemetry.Span, len(entries))
	for i, e := range entries {
		_, spans[i] = r.tracing.Continue(ctx, "publish "+string(e.Event.Type), e.Event.TraceParent)
	}
	return spans
}

// end ends the spans; those after the first that were published are as the error says.
func end(spans []*telemetry.Span, published int, err error) {
	for i, span := range spans {
		if i < published {
			span.End(nil)
			continue
		}
		span.End(err)
	}
}

func messages(entries []recipestore.Entry) []jetstream.Message {
	msgs := make([]jetstream.Message, len(entries))
	for i, e := range entries {
		header := e.Event.Headers()
		if e.Event.Again {
			// The stream may remember the id of the event as it was.
			header[events.HeaderMsgID] = []string{e.Event.ID + forgotten}
		}
		msgs[i] = jetstream.Message{Subject: e.Event.Subject, Header: header, Data: e.Event.Data}
	}
	return msgs
}

// forgotten ends the deduplication id of an event that is published once more without its text.
const forgotten = ".forgotten"

func ids(entries []recipestore.Entry) []int64 {
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return ids
}

// complain logs the first failure and every tenth after it: all of an hour's outage would bury everything else.
func (r *Relay) complain(ctx context.Context, failures int, err error) {
	if ctx.Err() != nil {
		return
	}
	r.metrics.failed()
	if failures == 0 || failures%10 == 9 {
		r.log.WarnContext(ctx, "relay: trying again", "attempt", failures+1, "error", err)
	}
}

// rest waits longer after each failure.
func rest(ctx context.Context, failures int) {
	pause := longestPause
	if failures < 6 {
		pause = min(firstPause<<failures, longestPause)
	}
	wait(ctx, pause)
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
