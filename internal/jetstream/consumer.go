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

// ConsumerConfig describes a durable consumer. A new one starts with the last message of each
// subject, in stream order, then gets every message. That suffices if a subject's last message
// holds its full state, and is everything if each subject has one message. Otherwise set All.
type ConsumerConfig struct {
	Durable       string        // its name; processes with the same name share its messages
	Filters       []string      // subjects, not overlapping
	AckWait       time.Duration // an unacknowledged message is redelivered after this
	MaxAckPending int           // limit on unacknowledged messages, over all processes
	All           bool          // a new one starts with the stream's first message
	Named         bool          // its one filter is in the subject of the request that creates it, where permissions can name it
}

// ConsumerInfo is a consumer's progress.
type ConsumerInfo struct {
	Delivered  uint64 // stream sequence of the newest delivered message
	AckFloor   uint64 // every message up to this stream sequence is acknowledged
	Pending    uint64 // messages yet to be delivered
	AckPending int    // messages delivered and not acknowledged
	Waiting    int    // waiting pull requests; 0 if nobody is pulling
}

// Lag returns how many messages aren't acknowledged yet.
func (i ConsumerInfo) Lag() uint64 { return i.Pending + uint64(i.AckPending) }

// Consumer is a durable consumer of a stream.
type Consumer struct {
	conn   *Conn
	stream string
	name   string
	raw    jetstream.Consumer
}

// EnsureConsumer creates the consumer, or opens the existing one at its position. ErrNotFound if
// there is no such stream.
func (c *Conn) EnsureConsumer(ctx context.Context, stream string, cfg ConsumerConfig) (*Consumer, error) {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	raw, err := c.js.Consumer(ctx, stream, cfg.Durable)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || (err == nil && !cfg.satisfiedBy(raw.CachedInfo().Config)) {
		// Skip an update that changes nothing: it would undo an operator's settings, such as a
		// pause.
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
	only, filters := "", cfg.Filters
	if cfg.Named {
		only, filters = filters[0], nil
	}
	return jetstream.ConsumerConfig{
		Durable:        cfg.Durable,
		FilterSubject:  only,
		FilterSubjects: filters,
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

// DeleteConsumer removes a consumer and its position. A missing one is no error.
func (c *Conn) DeleteConsumer(ctx context.Context, stream, name string) error {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	err := c.js.DeleteConsumer(ctx, stream, name)
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("delete consumer %s of stream %s: %w", name, stream, explain(ctx, err))
	}
	return nil
}

// ConsumerInfo returns a consumer's progress without pulling from it. ErrNotFound if it doesn't
// exist.
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

// Release immediately redelivers what was delivered and never acknowledged. Otherwise a killed
// process's messages wait for their AckWait. Call it when nobody else holds messages; a process
// that does gets them twice. Servers before 2.14 return an error.
func (c *Conn) Release(ctx context.Context, stream, consumer string) error {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	if _, err := c.js.ResetConsumer(ctx, stream, consumer); err != nil {
		return fmt.Errorf("reset consumer %s of stream %s: %w", consumer, stream, explain(ctx, err))
	}
	return nil
}

// Delivery is a delivered message that awaits acknowledgement. Acknowledgements are sent without
// waiting for the server: losing one only redelivers the message.
type Delivery struct {
	Message
	Attempt int // from 1
	raw     jetstream.Msg
}

// Ack acknowledges the message.
func (d Delivery) Ack() error { return d.tell("acknowledge", d.raw.Ack()) }

// Nak returns the message for immediate redelivery.
func (d Delivery) Nak() error { return d.tell("give back", d.raw.Nak()) }

// Later returns the message for redelivery after a delay; others are delivered meanwhile.
func (d Delivery) Later(after time.Duration) error {
	return d.tell("put off", d.raw.NakWithDelay(after))
}

// InProgress restarts the AckWait.
func (d Delivery) InProgress() error { return d.tell("hold", d.raw.InProgress()) }

func (d Delivery) tell(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s message %d: %w", what, d.Sequence, err)
	}
	return nil
}

// Deliveries is a running delivery of a consumer's messages to this process.
//
// It doesn't use the library's iterator, whose buffer only fits one request's messages: server
// status messages, and what it requests again after a reconnect, overflow it. Overflowing messages
// are dropped and redelivered after their AckWait, behind newer ones. With a callback, messages
// wait in the client instead, however slowly they are taken.
type Deliveries struct {
	consumer *Consumer
	raw      jetstream.ConsumeContext
	messages chan jetstream.Msg
	taken    bool          // Next's caller has a message
	back     chan struct{} // the caller called Next again
	failed   chan error
	stop     func()
	stopped  chan struct{}
}

// prefetchBytes bounds one pull request; a few large messages equal a thousand small ones. The next
// request is sent while the last quarter is waiting, so the client holds at most twice as much, and
// as much again for each reconnect before they are taken. The bound exceeds any message's size: the
// server delivers nothing larger.
const prefetchBytes = 4 << 20

// A pull request is renewed after expiry, and the server sends a heartbeat while it has no
// messages: the client notices a broken connection itself, and a hanging server after two missed
// heartbeats. An idle consumer does nothing else.
const (
	heartbeat = 15 * time.Second
	expiry    = time.Minute
)

// Deliver starts the delivery. At most prefetch messages, and 8 MiB, wait in the client for Next;
// their AckWait is running.
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

// take holds a message until its consumer calls Next again. The library only then requests more:
// messages requested in advance would exceed their AckWait behind a slow one and be redelivered.
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

// broken records the first error that ends the delivery. The library recovers from others itself.
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

// Next waits for a message. The error is the context's, ErrConsumerGone if the consumer was
// deleted, or another if the server fell silent; then the delivery is over, so start a new one. It
// is for one goroutine.
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

// Stop ends the delivery. Messages not taken by Next are redelivered after their AckWait.
func (d *Deliveries) Stop() {
	d.stop()
	d.raw.Stop()
}
