// Package grocerybridge forwards the public feed to other grocery lists: a webhook, or a to-do list
// in Home Assistant. It is a subscriber like any other, with a subscriber's credentials, and has no
// state: the stream remembers its position.
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
	"larder.dev/internal/retry"
	"larder.dev/internal/telemetry"
)

// InboxPrefix is the prefix of reply subjects for the bridge's credentials.
const InboxPrefix = "_INBOX"

// Bridge has one or more targets, each with its own position in the feed.
type Bridge struct {
	ways []way
	opts Options
}

// way is one target and the consumer name under which the stream remembers its position.
type way struct {
	name   string
	target target.Target
	health *health
}

// Options configure the targets and whose requests are forwarded.
type Options struct {
	Feed  *jetstream.Conn
	Users []string // ids; empty means every user

	WebhookURL    string // "" for none
	WebhookSecret string // signs the posts; "" for no signature

	HomeAssistantURL   string // "" for none
	HomeAssistantToken string // a long-lived access token
	HomeAssistantList  string // an entity id like todo.shopping

	Log     *slog.Logger
	Tracing *telemetry.Tracing // nil for none

	// FirstPause is the pause after a first failure, MaxPause the longest one, and RefusedPause the
	// delay before retrying an event that a target refused; 0 means 1 s, 5 min and 15 min.
	FirstPause, MaxPause, RefusedPause time.Duration

	// CheckEvery is how often an idle target is checked; 0 means 5 min.
	CheckEvery time.Duration
}

// ErrNoTarget means the options configure no target.
var ErrNoTarget = errors.New("a bridge needs a webhook, or a Home Assistant with its token")

// New returns a bridge, or ErrNoTarget.
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

// Run forwards until ctx is done. It waits while the stream or a target is down.
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
	beat    = 10 * time.Second // how often the stream is told that an event is in progress
	window  = 1000             // maximum events in progress: the current one and those refused
)

// follow consumes the feed for one target until ctx is done.
func (b *Bridge) follow(ctx context.Context, way way) {
	jetstream.Follower{
		Subscribe: func(ctx context.Context) (*jetstream.Consumer, error) {
			return b.opts.Feed.EnsureConsumer(ctx, events.Feed, jetstream.ConsumerConfig{
				Durable: way.name, Filters: b.filters(), AckWait: ackWait, MaxAckPending: window, All: true,
			})
		},
		Prefetch: 1,
		Handle:   func(ctx context.Context, delivery jetstream.Delivery) error { return b.handOn(ctx, way, delivery) },
		Pause:    b.opts.FirstPause,
		Log:      b.opts.Log.With("bridge", way.name),
	}.Run(ctx)
}

// filters returns the subjects of the forwarded users.
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

// handOn passes an event to the target until the target accepts or refuses it. A refused event is
// redelivered later and others go first. While the target is down, the event is held here to keep
// the order.
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
			return err // unacknowledged events are redelivered after ackWait
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

// take passes the event to the target once, in the trace of the original request.
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

// hold waits, and keeps telling the stream that the event is in progress.
func (b *Bridge) hold(ctx context.Context, delivery jetstream.Delivery, pause time.Duration) error {
	for ; pause > 0 && ctx.Err() == nil; pause -= beat {
		if err := delivery.InProgress(); err != nil {
			return err
		}
		retry.Wait(ctx, min(pause, beat))
	}
	return delivery.InProgress()
}
