package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// ConsumerConfig describes a durable consumer. A new one starts with the last message of each subject, in
// stream order, then gets every message; that is enough where the last message of a subject says it all,
// and the same as all where a subject has one message. Where it doesn't, All is set.
type ConsumerConfig struct {
	Durable       string        // its name; processes that use the same name share its messages
	Filters       []string      // subjects, not overlapping
	AckWait       time.Duration // an unacknowledged message is given out again after this
	MaxAckPending int           // at most so many are out unacknowledged, over all processes
	All           bool          // a new one starts with the first message that the stream has
}

// ConsumerInfo is how far a consumer is.
type ConsumerInfo struct {
	Delivered  uint64 // stream sequence of the newest message given out
	AckFloor   uint64 // every message up to this stream sequence is acknowledged
	Pending    uint64 // messages that wait to be given out
	AckPending int    // messages given out and not acknowledged
	Waiting    int    // pull requests that wait for messages; 0 when nobody is there
}

// Lag is how many messages are not acknowledged yet.
func (i ConsumerInfo) Lag() uint64 { return i.Pending + uint64(i.AckPending) }

// Consumer is a durable consumer of a stream.
type Consumer struct {
	conn   *Conn
	stream string
	name   string
	raw    jetstream.Consumer
}

// EnsureConsumer creates the consumer, or takes the one there is with its position. ErrNotFound if there is
// no such stream.
func (c *Conn) EnsureConsumer(ctx context.Context, stream string, cfg ConsumerConfig) (*Consumer, error) {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	raw, err := c.js.Consumer(ctx, stream, cfg.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || (err == nil && !cfg.satisfiedBy(raw.CachedInfo().Config)) {
		// An update that changes nothing is left out: it would undo what an operator set, such as a pause.
		raw, err = c.js.CreateOrUpdateConsumer(ctx, stream, cfg.raw())
	}
	if err != nil {
		return nil, fmt.Errorf("ensure consumer %s of stream %s: %w", cfg.Durable, stream, explain(ctx, notFound(err)))
	}
	return &Consumer{conn: c, stream: stream, name: cfg.Durable, raw: raw}, nil
}

func (cfg ConsumerConfig) raw() jetstream.ConsumerConfig {
	start := jetstream.DeliverLastPerSubjectPolicy
	if cfg.All {
		start = jetstream.DeliverAllPolicy
	}
	return jetstream.ConsumerConfig{
		Durable:        cfg.Durable,
		FilterSubjects: cfg.Filters,
		DeliverPolicy:  start,
		AckPolicy:      jetstream.AckExplicitPolicy,
		AckWait:        cfg.AckWait,
		MaxDeliver:     -1,
		MaxAckPending:  cfg.MaxAckPending,
	}
}

func (cfg ConsumerConfig) satisfiedBy(has jetstream.ConsumerConfig) bool {
	filters := has.FilterSubjects
	if has.FilterSubject != "" {
		filters = []string{has.FilterSubject}
	}
	return slices.Equal(filters, cfg.Filters) && has.AckWait == cfg.AckWait && has.MaxAckPending == cfg.MaxAckPending
}

// DeleteConsumer removes a consumer and its position. One that isn't there is no error.
func (c *Conn) DeleteConsumer(ctx context.Context, stream, name string) error {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	err := c.js.DeleteConsumer(ctx, stream, name)
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("delete consumer %s of stream %s: %w", name, stream, explain(ctx, err))
	}
	return nil
}

// ConsumerInfo tells how far a consumer is, without taking part in it. ErrNotFound if there is no such
// consumer.
func (c *Conn) ConsumerInfo(ctx context.Context, stream, name string) (ConsumerInfo, error) {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	raw, err := c.js.Consumer(ctx, stream, name)
	if err != nil {
		return ConsumerInfo{}, fmt.Errorf("info of consumer %s of stream %s: %w", name, stream, explain(ctx, notFound(err)))
	}
	has := raw.CachedInfo()
	return ConsumerInfo{
		Delivered: has.Delivered.Stream, AckFloor: has.AckFloor.Stream,
		Pending: has.NumPending, AckPending: has.NumAckPending, Waiting: has.NumWaiting,
	}, nil
}

// Release gives out again, at once, what was given out and never acknowledged. Without it, what a killed
// process held waits for the end of its AckWait. It is for a moment when nobody else holds messages; a
// process that does gets them twice. Servers before 2.14 can't do it, and say so with an error.
func (c *Conn) Release(ctx context.Context, stream, consumer string) error {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	if _, err := c.js.ResetConsumer(ctx, stream, consumer); err != nil {
		return fmt.Errorf("reset consumer %s of stream %s: %w", consumer, stream, explain(ctx, err))
	}
	return nil
}

// Delivery is a message that was given out and waits for its acknowledgement. Acknowledging is sent without
// waiting for the server: one that is lost only means that the message comes again.
type Delivery struct {
	Message
	Attempt int // from 1
	raw     jetstream.Msg
}

// Ack says that the message is done.
func (d Delivery) Ack() error { return d.tell("acknowledge", d.raw.Ack()) }

// Nak gives the message back, to be given out again at once.
func (d Delivery) Nak() error { return d.tell("give back", d.raw.Nak()) }

// Later gives the message back, to be given out again after a while; others come meanwhile.
func (d Delivery) Later(after time.Duration) error {
	return d.tell("put off", d.raw.NakWithDelay(after))
}

// InProgress starts the AckWait anew.
func (d Delivery) InProgress() error { return d.tell("hold", d.raw.InProgress()) }

func (d Delivery) tell(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s message %d: %w", what, d.Sequence, err)
	}
	return nil
}

// Deliveries is a running delivery of a consumer's messages to this process.
//
// The library's iterator isn't used: its buffer has room for one request's messages and none for what the server says
// besides, nor for what it asks for anew after a reconnect. What finds no room there is dropped, and comes again after its
// AckWait, behind what is newer. What is called back waits in the client instead, however slow it is taken.
type Deliveries struct {
	consumer *Consumer
	raw      jetstream.ConsumeContext
	messages chan jetstream.Msg
	taken    bool          // a message is with whoever called Next
	back     chan struct{} // they called again
	failed   chan error
	stop     func()
	stopped  chan struct{}
}

// prefetchBytes is how much one request for messages may bring; some large ones are as much as a thousand small ones. The
// next request goes out while the last quarter of the messages waits, so twice as much is in the client at most, and as much
// again for each reconnect before they are taken. It is above the size of any message: the server gives out nothing for less.
const prefetchBytes = 4 << 20

// A request for messages is made anew after expiry, and the server says every heartbeat that it has none: a connection
// that breaks is noticed by itself, and a server that hangs after two of them. They are all that an idle consumer does.
const (
	heartbeat = 15 * time.Second
	expiry    = time.Minute
)

// Deliver starts the delivery. At most prefetch messages wait in the client for Next, and 8 MiB; their AckWait runs.
func (c *Consumer) Deliver(prefetch int) (*Deliveries, error) {
	d := &Deliveries{
		consumer: c, messages: make(chan jetstream.Msg), back: make(chan struct{}, 1), failed: make(chan error, 1),
		stopped: make(chan struct{}),
	}
	d.stop = sync.OnceFunc(func() { close(d.stopped) })
	raw, err := c.raw.Consume(d.take,
		jetstream.PullMaxMessagesWithBytesLimit(prefetch, prefetchBytes),
		jetstream.PullThresholdMessages(max(1, prefetch*3/4)),
		jetstream.PullHeartbeat(heartbeat),
		jetstream.PullExpiry(expiry),
		jetstream.ConsumeErrHandler(d.broken))
	if err != nil {
		return nil, fmt.Errorf("pull from consumer %s of stream %s: %w", c.name, c.stream, err)
	}
	d.raw = raw
	return d, nil
}

// take holds a message until whoever has it comes for the next one. The library asks for more only then: what is asked for
// in advance would wait beyond its AckWait behind one that takes long, and be given out twice.
func (d *Deliveries) take(msg jetstream.Msg) {
	select {
	case d.messages <- msg:
	case <-d.stopped:
		return
	}
	select {
	case <-d.back:
	case <-d.stopped:
	}
}

// broken notes the first error that ends the delivery. Of others the library recovers by itself.
func (d *Deliveries) broken(_ jetstream.ConsumeContext, err error) {
	for _, end := range []error{
		jetstream.ErrNoHeartbeat, jetstream.ErrConsumerDeleted, jetstream.ErrConsumerNotFound, jetstream.ErrBadRequest,
		jetstream.ErrConnectionClosed,
	} {
		if errors.Is(err, end) {
			select {
			case d.failed <- err:
			default:
			}
			return
		}
	}
}

// Next waits for a message. The error is the context's, ErrConsumerGone if the consumer was deleted, or
// another if the server fell silent; then the delivery is over and a new one must be started. It is for one goroutine.
func (d *Deliveries) Next(ctx context.Context) (Delivery, error) {
	if d.taken {
		d.taken = false
		d.back <- struct{}{}
	}
	select {
	case msg := <-d.messages:
		d.taken = true
		meta, err := msg.Metadata()
		if err != nil {
			return Delivery{}, d.fail(err)
		}
		return Delivery{Message: fromDelivery(msg, meta), Attempt: int(meta.NumDelivered), raw: msg}, nil
	case err := <-d.failed:
		return Delivery{}, d.fail(err)
	case <-ctx.Done():
		return Delivery{}, d.fail(ctx.Err())
	}
}

func (d *Deliveries) fail(err error) error {
	if errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		err = fmt.Errorf("%w: %w", ErrConsumerGone, err)
	}
	return fmt.Errorf("next message of consumer %s of stream %s: %w", d.consumer.name, d.consumer.stream, err)
}

// Stop ends the delivery. Messages that were not taken by Next come again after their AckWait.
func (d *Deliveries) Stop() {
	d.stop()
	d.raw.Stop()
}
