// Package grocerybridge hands the public feed on to a grocery list that isn't ours: a webhook, or a to-do list of Home
// Assistant. It is a subscriber as any other, with the credentials of one, and keeps nothing: the stream remembers how
// far it is.
package grocerybridge

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"larder.dev/events"
	"larder.dev/grocery-app/grocerybridge/internal/homeassistant"
	"larder.dev/grocery-app/grocerybridge/internal/target"
	"larder.dev/grocery-app/grocerybridge/internal/webhook"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/telemetry"
)

// InboxPrefix starts the subjects on which the bridge's credentials get their answers.
const InboxPrefix = "_INBOX"

// Bridge is one or several targets, each with a place of its own in the feed.
type Bridge struct {
	ways []way
	opts Options
}

// way is one target, and the name under which the stream remembers how far it is.
type way struct {
	name   string
	target target.Target
	health *health
}

// Options are where the bridge leads, and whose requests go over it.
type Options struct {
	Feed  *jetstream.Conn
	Users []string // ids; every user's requests where it is empty

	WebhookURL    string // "" for none
	WebhookSecret string // signs what is posted; "" for no signature

	HomeAssistantURL   string // "" for none
	HomeAssistantToken string // a long-lived access token
	HomeAssistantList  string // the entity, as todo.shopping

	Log     *slog.Logger
	Tracing *telemetry.Tracing // nil for none

	// FirstPause is how long the bridge waits after a first failure, MaxPause after many, and RefusedPause until an event
	// that a target refuses is tried again; 1 s, 5 min and 15 min where they are 0.
	FirstPause, MaxPause, RefusedPause time.Duration

	// CheckEvery is how often a target is looked at while nothing is handed on; 5 min where it is 0.
	CheckEvery time.Duration
}

// ErrNoTarget is for options that lead nowhere.
var ErrNoTarget = errors.New("a bridge needs a webhook, or a Home Assistant with its token")

// New makes a bridge. The error is ErrNoTarget.
func New(opts Options) (*Bridge, error) {
	b := &Bridge{opts: opts}
	if opts.WebhookURL != "" {
		b.ways = append(b.ways, way{"grocery-bridge-webhook", webhook.New(opts.WebhookURL, opts.WebhookSecret), &health{}})
	}
	if opts.HomeAssistantURL != "" && opts.HomeAssistantToken != "" {
		list := homeassistant.New(opts.HomeAssistantURL, opts.HomeAssistantToken, opts.HomeAssistantList)
		b.ways = append(b.ways, way{"grocery-bridge-home-assistant", list, &health{}})
	}
	if len(b.ways) == 0 {
		return nil, ErrNoTarget
	}
	b.opts.Log = cmp.Or(opts.Log, slog.Default())
	b.opts.FirstPause = cmp.Or(opts.FirstPause, time.Second)
	b.opts.MaxPause = cmp.Or(opts.MaxPause, 5*time.Minute)
	b.opts.CheckEvery = cmp.Or(opts.CheckEvery, 5*time.Minute)
	b.opts.RefusedPause = cmp.Or(opts.RefusedPause, 15*time.Minute)
	return b, nil
}

// Run hands on until ctx is done. It waits for a stream or a target that is away.
func (b *Bridge) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, way := range b.ways {
		group.Go(func() error {
			b.check(ctx, way)
			b.follow(ctx, way)
			return nil
		})
		group.Go(func() error { b.watch(ctx, way); return nil })
	}
	return group.Wait()
}

const (
	ackWait = 30 * time.Second
	beat    = 10 * time.Second // how often an event in hand is held
	window  = 1000             // events in hand at most: the one that is handed on, and those that were refused
)

// follow reads the feed for one target, and begins anew when that breaks off.
func (b *Bridge) follow(ctx context.Context, way way) {
	subscribed, waiting := false, false
	for ctx.Err() == nil {
		err := b.consume(ctx, way, &subscribed)
		switch {
		case ctx.Err() != nil:
			return
		case subscribed || !errors.Is(err, jetstream.ErrNotFound):
			b.opts.Log.WarnContext(ctx, "the feed broke off, subscribing again", "bridge", way.name, "error", err)
		case !waiting:
			// The publisher makes the stream, and may start after the bridge.
			waiting = true
			b.opts.Log.InfoContext(ctx, "the feed isn't there yet, waiting for it", "bridge", way.name, "error", err)
		}
		b.wait(ctx, b.opts.FirstPause)
	}
}

// consume hands on until that fails, and notes that it came as far as a subscription.
func (b *Bridge) consume(ctx context.Context, way way, subscribed *bool) error {
	consumer, err := b.opts.Feed.EnsureConsumer(ctx, events.Feed, jetstream.ConsumerConfig{
		Durable: way.name, Filters: b.filters(), AckWait: ackWait, MaxAckPending: window, All: true,
	})
	if err != nil {
		return err
	}
	*subscribed = true
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
		if err := b.handOn(ctx, way, delivery); err != nil {
			return err
		}
	}
}

// filters are the subjects of the users whose requests go over the bridge.
func (b *Bridge) filters() []string {
	if len(b.opts.Users) == 0 {
		return []string{events.AllFeed}
	}
	var subjects []string
	for _, user := range b.opts.Users {
		subjects = append(subjects, events.FeedSubject(user), events.ErasedSubject(user))
	}
	return subjects
}

// handOn gives an event to the target. It returns once the target has it, or has refused it: then it comes again later,
// and others go before. While the target is away, the event is held here, so that the order is kept.
func (b *Bridge) handOn(ctx context.Context, way way, delivery jetstream.Delivery) error {
	event, err := read(delivery.Message)
	if errors.Is(err, events.ErrUnknownType) {
		return delivery.Ack()
	}
	for pause := b.opts.FirstPause; ; pause = min(2*pause, b.opts.MaxPause) {
		if err == nil {
			err = b.take(ctx, way, event, delivery.Time)
			b.found(ctx, way, err)
		}
		log := b.opts.Log.With("bridge", way.name, "event", event.ID, "sequence", delivery.Sequence)
		switch {
		case err == nil:
			way.health.taken.Add(1)
			log.InfoContext(ctx, "handed on an event of the feed", "type", event.Type)
			return delivery.Ack()
		case ctx.Err() != nil:
			return err // what is in hand comes again after ackWait
		case errors.Is(err, target.ErrRefused), errors.Is(err, events.ErrMalformed), errors.Is(err, events.ErrUnknownVersion):
			way.health.refused.Add(1)
			log.ErrorContext(ctx, "an event is refused, trying again later", "after", b.opts.RefusedPause, "error", err)
			return delivery.Later(b.opts.RefusedPause)
		}
		if busy := (*target.Busy)(nil); errors.As(err, &busy) {
			pause = max(pause, min(busy.After, b.opts.MaxPause))
		}
		log.WarnContext(ctx, "the target can't take an event now, trying again", "problem", target.ProblemOf(err), "after", pause, "error", err)
		if err := b.hold(ctx, delivery, pause); err != nil {
			return err
		}
		err = nil
	}
}

// take gives the event to the target once, in the trace of the request that asked for it.
func (b *Bridge) take(ctx context.Context, way way, event events.Envelope, stored time.Time) error {
	ctx, span := b.opts.Tracing.Follow(ctx, "write "+way.name, event.TraceParent, stored)
	err := way.target.Take(ctx, event)
	span.End(err)
	return err
}

func read(msg jetstream.Message) (events.Envelope, error) {
	event, err := events.Parse(msg.Subject, msg.Header, msg.Data)
	if err != nil {
		return events.Envelope{}, err
	}
	return event, events.Known(event)
}

// hold waits, and tells the stream now and then that the event is still in hand.
func (b *Bridge) hold(ctx context.Context, delivery jetstream.Delivery, pause time.Duration) error {
	for ; pause > 0 && ctx.Err() == nil; pause -= beat {
		if err := delivery.InProgress(); err != nil {
			return err
		}
		b.wait(ctx, min(pause, beat))
	}
	return delivery.InProgress()
}

func (b *Bridge) wait(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
