package process

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"larder.dev/events"
	"larder.dev/importer/internal/importstore"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/retry"
)

// Durable is the name of the consumer that drives the imports. Every process of the importer shares
// its messages.
const Durable = "importer"

// While an import is under way its message is held, and given to another process that long after
// this one died.
const (
	ackWait = 10 * time.Second
	holding = 3 * time.Second
)

// maxAtOnce is how many imports a process advances at once. Each is of another user: one person's
// collections come one after the other.
const maxAtOnce = 4

// busyAgain is when an import that has to wait for another one is offered again.
const busyAgain = time.Second

// The delays of a message that can't be handled, because a store is away.
const (
	firstDelay = time.Second
	lastDelay  = time.Minute
)

// Worker drives imports by their events. The message of an event only says that there may be
// something to do: what it is, the ledger knows. It is acknowledged when nothing is.
type Worker struct {
	imports *Imports
	conn    *jetstream.Conn
	log     *slog.Logger

	mu      sync.Mutex
	running map[string]*run // by user
	group   sync.WaitGroup
}

// run is an import that this process advances.
type run struct {
	id    string
	again bool // another of its events came meanwhile
}

// NewWorker returns a worker.
func NewWorker(imports *Imports, conn *jetstream.Conn, log *slog.Logger) *Worker {
	return &Worker{imports: imports, conn: conn, log: log, running: map[string]*run{}}
}

// Run drives imports until ctx is done. It survives outages of every store.
func (w *Worker) Run(ctx context.Context) {
	defer w.group.Wait()
	for attempt := 0; ctx.Err() == nil; attempt++ {
		began := time.Now()
		err := w.consume(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > lastDelay {
			attempt = 0
		}
		if retry.WorthALine(attempt) && !errors.Is(err, jetstream.ErrNotFound) { // the relay makes the stream
			w.log.WarnContext(ctx, "the events of imports don't come", "error", err)
		}
		retry.Wait(ctx, retry.Delay(attempt, firstDelay/4, lastDelay))
	}
}

func (w *Worker) consume(ctx context.Context) error {
	consumer, err := w.conn.EnsureConsumer(ctx, events.Stream, jetstream.ConsumerConfig{
		Durable: Durable, Filters: []string{events.AllImports}, AckWait: ackWait, MaxAckPending: 1000, Named: true,
	})
	if err != nil {
		return err
	}
	// What a killed process held comes at once. Where another process holds it too, one of the two gives way.
	if err := w.conn.Release(ctx, events.Stream, Durable); err != nil && ctx.Err() == nil {
		w.log.DebugContext(ctx, "what a killed process held comes after its time", "error", err)
	}
	deliveries, err := consumer.Deliver(1)
	if err != nil {
		return err
	}
	defer deliveries.Stop()
	for {
		delivery, err := deliveries.Next(ctx)
		if err != nil {
			return err
		}
		w.take(ctx, delivery)
	}
}

// take begins to advance the import of a message, or says when to offer it again.
func (w *Worker) take(ctx context.Context, d jetstream.Delivery) {
	user, id, ok := importOf(d.Subject)
	if !ok {
		w.log.ErrorContext(ctx, "a message of imports is on no import's subject", "subject", d.Subject)
		w.told(ctx, d.Ack())
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch other := w.running[user]; {
	case other != nil && other.id == id:
		other.again = true
		w.told(ctx, d.Ack()) // the message that began the run is still held
	case other != nil, len(w.running) >= maxAtOnce:
		w.told(ctx, d.Later(busyAgain))
	default:
		w.running[user] = &run{id: id}
		w.group.Go(func() { w.advance(ctx, user, id, d) })
	}
}

// importOf returns the user and the import of a subject.
func importOf(subject string) (user, id string, ok bool) {
	user, err := events.OwnerOf(subject)
	if err != nil {
		return "", "", false
	}
	id, ok = strings.CutPrefix(subject, events.ImportSubject(user, ""))
	return user, id, ok
}

// advance works on an import while it holds the message.
func (w *Worker) advance(ctx context.Context, user, id string, d jetstream.Delivery) {
	release := w.hold(ctx, d)
	until, err := w.steps(ctx, user, id)
	for err == nil && !w.leave(user) {
		until, err = w.steps(ctx, user, id)
	}
	release()
	if err == nil {
		if until.IsZero() {
			w.told(ctx, d.Ack())
			return
		}
		w.told(ctx, d.Later(max(0, time.Until(until))))
		return
	}
	w.mu.Lock()
	delete(w.running, user)
	w.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		w.told(ctx, d.Nak()) // for the next process
	case errors.Is(err, importstore.ErrMoved):
		w.told(ctx, d.Later(ackWait)) // another process is at it
	case errors.Is(err, ErrNoImport):
		w.told(ctx, d.Ack()) // its user was deleted
	default:
		if retry.WorthALine(d.Attempt - 1) {
			w.log.WarnContext(ctx, "an import has to wait", "import", id, "error", err)
		}
		w.told(ctx, d.Later(retry.Delay(d.Attempt-1, firstDelay, lastDelay)))
	}
}

func (w *Worker) steps(ctx context.Context, user, id string) (until time.Time, err error) {
	defer func() {
		if reason := recover(); reason != nil { // a page from a stranger must not stop everybody's imports
			err = fmt.Errorf("import %s: panic: %v", id, reason)
		}
	}()
	return w.imports.Advance(ctx, user, id)
}

// leave ends a run, unless another event came during it.
func (w *Worker) leave(user string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running[user].again {
		w.running[user].again = false
		return false
	}
	delete(w.running, user)
	return true
}

// hold keeps a message from being delivered again.
func (w *Worker) hold(ctx context.Context, d jetstream.Delivery) (release func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for retry.Wait(ctx, holding) {
			w.told(ctx, d.InProgress())
		}
	}()
	return func() { cancel(); <-ended }
}

// told logs that the server couldn't be told about a message, which it then delivers again.
func (w *Worker) told(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		w.log.WarnContext(ctx, "the server wasn't told about an import's message", "error", err)
	}
}
