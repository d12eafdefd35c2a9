// Package relay publishes the ledger's events to the stream: each at least once, each user's in
// order, and only once committed.
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
	"larder.dev/internal/retry"
	"larder.dev/internal/telemetry"
)

const (
	// lockID is the advisory lock of the leading relay: a random, fixed number.
	lockID = 7_305_240_117

	// pollEvery bounds the delay of an event whose hint was lost; idlePoll applies after several
	// empty polls.
	pollEvery = time.Second
	idlePoll  = 4 * time.Second

	// measureEvery is how often the backlog is counted while publishing.
	measureEvery = 2 * time.Second

	// Each batch costs two transactions and an fsync of the stream. If a batch has busyEvents or
	// more, writes arrive too fast to publish a few at a time, so the next batch may grow for
	// growFor. At 200 writes a second a batch has one or two events, and nothing waits.
	busyEvents = 16
	growFor    = 30 * time.Millisecond

	// markPatience is the timeout for marking a batch.
	markPatience = 5 * time.Second

	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// Publisher stores messages in a stream, in order, and returns their sequences. On an error it
// returns those of the leading messages known to be stored.
type Publisher interface {
	PublishBatch(ctx context.Context, stream string, msgs []jetstream.Message) ([]uint64, error)
}

// Filler ensures that the stream has what was published before.
type Filler interface {
	// Fill is called before anything is published. If it fails, the relay doesn't publish.
	Fill(ctx context.Context) error
	// Doubt says that the stream may have been replaced.
	Doubt()
}

// Relay reads unpublished events, publishes them, and marks them.
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

// Options configure a relay.
type Options struct {
	Store     *recipestore.Store
	Publisher Publisher
	URL       string // the database's address: leading and listening need their own connections
	Metrics   *Metrics
	Tracing   *telemetry.Tracing
	Log       *slog.Logger
	Beside    func(ctx context.Context) // runs while this relay leads, until ctx is done; nil for nothing
	Filler    Filler                    // nil to take the stream as it is
}

// New builds a relay.
func New(o Options) *Relay {
	return &Relay{
		store: o.Store, publisher: o.Publisher, url: o.URL, metrics: o.Metrics, tracing: o.Tracing, log: o.Log,
		beside: o.Beside, filler: o.Filler, doubts: make(chan struct{}, 1),
	}
}

// Doubt tells a relay that the stream may have been replaced, so that it checks and fills it.
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

// Leads reports whether any relay leads in a database.
func Leads(ctx context.Context, pool *recipestore.Pool) (bool, error) {
	return postgres.Led(ctx, pool, lockID)
}

// On returns the same relay for another address of the database.
func (r *Relay) On(url string) *Relay {
	other := *r
	other.url = url
	return &other
}

// Run relays until ctx is done. One relay leads per database. When it stops, another takes over.
// Failures are logged and retried for ever; only an invalid address is returned as an error.
func (r *Relay) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.lead(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// lead waits to become the leader and works until it loses the lock.
func (r *Relay) lead(ctx context.Context) error {
	leadership, err := postgres.Lead(ctx, r.url, lockID, r.log)
	if err != nil {
		return fmt.Errorf("lead the relay: %w", err)
	}
	defer leadership.Release()
	r.log.InfoContext(ctx, "the relay leads")
	r.metrics.lead(true)
	defer r.metrics.lead(false)
	defer r.metrics.behind(0, 0) // the next leader reports it
	r.work(leadership.Context()) //nolint:contextcheck // derived from ctx, and ends with the lock
	return nil
}

// work publishes, measures the backlog, and does the leader's other work.
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

// Drain publishes what is unpublished now and returns how many events. It waits to become the
// leader, and stops at the first failure.
func (r *Relay) Drain(ctx context.Context) (int, error) {
	leadership, err := postgres.Lead(ctx, r.url, lockID, r.log)
	if err != nil {
		return 0, fmt.Errorf("lead the relay: %w", err)
	}
	defer leadership.Release()
	return r.turn(leadership.Context()) //nolint:contextcheck // derived from ctx, and ends with the lock
}

// follow publishes on every hint, and polls in case a hint was lost. waits is true while events may
// be waiting.
func (r *Relay) follow(ctx context.Context, waits *atomic.Bool) {
	hints := postgres.Listen(ctx, r.url, ledger.Channel, r.log)
	poll := pollEvery
	for failures := 0; ctx.Err() == nil; {
		waits.Store(true)
		published, err := r.turn(ctx)
		if err != nil {
			r.complain(ctx, failures, err)
			retry.Wait(ctx, retry.Delay(failures, firstPause, longestPause))
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

// turn publishes the backlog after making sure the stream is filled. After a failure it checks the
// stream again.
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

// measure counts the backlog while it is being published, even if publishing is slow without
// failing. It makes no queries while nothing waits.
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

// drain works until nothing is left or something fails: later events must not overtake a failed
// one. If more than a batch waits, it marks the previous batch and reads the next while one is
// being published.
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
	// Mark even after a failure, so that stored events aren't sent again.
	return total, errors.Join(err, r.mark(ctx, before))
}

// markThenRead marks a batch that emptied the backlog and reads what arrived meanwhile.
func (r *Relay) markThenRead(ctx context.Context, published outcome) ([]recipestore.Entry, error) {
	if err := r.mark(ctx, published); err != nil {
		return nil, err
	}
	if len(published.sequences) >= busyEvents {
		retry.Wait(ctx, growFor)
	}
	return r.read(ctx, nil)
}

func (r *Relay) read(ctx context.Context, underWay []int64) ([]recipestore.Entry, error) {
	return r.store.Unpublished(ctx, underWay, jetstream.BatchMessages, jetstream.BatchBytes)
}

// isFull reports whether a batch has its maximum size, so that more may be waiting.
func isFull(entries []recipestore.Entry) bool {
	bytes := 0
	for _, e := range entries {
		bytes += len(e.Event.Data)
	}
	return len(entries) == jetstream.BatchMessages || bytes >= jetstream.BatchBytes
}

// outcome is the result of a batch: the sequences of the leading events known to be stored.
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

// mark records the sequences of a batch, even while the relay is stopping: unmarked events are sent
// again, and the stream detects duplicates only for some minutes.
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

// spans starts a span for each event, in the trace of the request that caused it.
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

// end ends the spans: the published ones as successful, the rest with the error.
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
			// The stream may remember the event's id from when it still had its text.
			header[events.HeaderMsgID] = []string{e.Event.ID + forgotten}
		}
		msgs[i] = jetstream.Message{Subject: e.Event.Subject, Header: header, Data: e.Event.Data}
	}
	return msgs
}

// forgotten is the suffix of the deduplication id of an event that is republished without its text.
const forgotten = ".forgotten"

func ids(entries []recipestore.Entry) []int64 {
	ids := make([]int64, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	return ids
}

// complain logs the first failure, and a few of those after it.
func (r *Relay) complain(ctx context.Context, failures int, err error) {
	if ctx.Err() != nil {
		return
	}
	r.metrics.failed()
	if retry.WorthALine(failures) {
		r.log.WarnContext(ctx, "relay: trying again", "attempt", failures+1, "error", err)
	}
}
