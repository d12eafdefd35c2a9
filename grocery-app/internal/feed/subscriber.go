// Package feed applies the public feed to the lists. Any program can subscribe this way: with a
// durable consumer of the stream, applying each event before acknowledging it, and once only, by
// its id.
package feed

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"larder.dev/events"
	"larder.dev/grocery-app/internal/list"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/limits"
	"larder.dev/internal/retry"
	"larder.dev/internal/telemetry"
)

// Durable is the consumer name under which the stream remembers the app's position. The app's
// processes share it, and so share the work.
const Durable = "grocery-app"

// DurableBeside is the consumer name if the credentials may not use Durable: the address that
// `larder up` offers other programs must not take requests away from its own app.
const DurableBeside = "grocery-app-beside"

const (
	ackWait = 30 * time.Second
	window  = 64 // maximum unacknowledged messages
	pause   = time.Second

	// unreadPause is how soon an event too new for this program is retried: the longest wait after
	// an update.
	unreadPause = time.Minute
)

// Lists apply the feed. Each method is idempotent. It returns list.ErrErased for a user who no
// longer exists, *list.TooMany for a full list, and events.ErrMalformed for what can never be
// stored.
type Lists interface {
	AddRequest(ctx context.Context, user string, grocery events.Grocery) (added bool, err error)
	Erase(ctx context.Context, user string) error
	Park(ctx context.Context, sequence uint64, subject, reason string) error
}

// Subscriber is one subscription to the feed.
type Subscriber struct {
	Conn  *jetstream.Conn
	Lists Lists
	Log   *slog.Logger

	Throttle *limits.Throttle // counts requests that didn't fit on a list
	Tracing  *telemetry.Tracing
}

// Run applies the feed until ctx is done. It waits while the stream or a store is down.
func (s *Subscriber) Run(ctx context.Context) {
	jetstream.Follower{Subscribe: s.subscribe, Prefetch: window, Handle: s.handle, Pause: pause, Log: s.Log}.Run(ctx)
}

// handle applies and acknowledges one delivery.
func (s *Subscriber) handle(ctx context.Context, delivery jetstream.Delivery) error {
	acknowledge := delivery.Ack
	err := s.apply(ctx, delivery.Message)
	if errors.Is(err, events.ErrUnknownVersion) {
		// A newer or unknown writer published this. The event waits for an update; later ones
		// don't.
		s.Log.ErrorContext(ctx, "this program is too old for an event of the feed, which waits for an update",
			"sequence", delivery.Sequence, "error", err)
		acknowledge, err = func() error { return delivery.Later(unreadPause) }, nil
	}
	if err != nil {
		return err
	}
	return acknowledge()
}

// subscribe resumes the subscription, or starts with the first message there is, so it includes
// requests from before this app was installed.
func (s *Subscriber) subscribe(ctx context.Context) (*jetstream.Consumer, error) {
	config := jetstream.ConsumerConfig{
		Durable: Durable, Filters: []string{events.AllFeed}, AckWait: ackWait, MaxAckPending: window, All: true,
	}
	consumer, err := s.Conn.EnsureConsumer(ctx, events.Feed, config)
	if !errors.Is(err, jetstream.ErrPermission) {
		return consumer, err
	}
	s.Log.InfoContext(ctx, "the consumer of the grocery app is another's, reading by one of its own", "consumer", DurableBeside)
	config.Durable = DurableBeside
	return s.Conn.EnsureConsumer(ctx, events.Feed, config)
}

// apply applies a message. It returns once that is done or is known to be impossible.
func (s *Subscriber) apply(ctx context.Context, msg jetstream.Message) error {
	var tooMany *list.TooMany
	for {
		err := s.follow(ctx, msg)
		switch {
		case err == nil, errors.Is(err, events.ErrUnknownType):
			return nil
		case errors.As(err, &tooMany):
			s.Throttle.CountQuota(list.Quota)
			s.Log.WarnContext(ctx, "left out what a list has no room for", "sequence", msg.Sequence, "limit", tooMany.Limit)
			return nil
		case errors.Is(err, list.ErrErased):
			s.Log.InfoContext(ctx, "passed over an event of an erased user", "sequence", msg.Sequence)
			return nil
		case errors.Is(err, events.ErrUnknownVersion), ctx.Err() != nil:
			return err
		case errors.Is(err, events.ErrMalformed):
			s.Log.ErrorContext(ctx, "parked an event that can't be read", "sequence", msg.Sequence, "error", err)
			err = s.Lists.Park(ctx, msg.Sequence, msg.Subject, err.Error())
			if err == nil {
				return nil
			}
		}
		s.Log.WarnContext(ctx, "an event can't be applied now, trying again", "sequence", msg.Sequence, "error", err)
		retry.Wait(ctx, pause)
	}
}

// follow tries once, in a span of the grocery request's trace.
func (s *Subscriber) follow(ctx context.Context, msg jetstream.Message) error {
	ctx, span := s.Tracing.Follow(ctx, "write list", msg.HeaderValue(events.HeaderTraceParent), msg.Time)
	err := s.try(ctx, msg)
	span.End(err)
	return err
}

func (s *Subscriber) try(ctx context.Context, msg jetstream.Message) error {
	event, err := events.Parse(msg.Subject, msg.Header, msg.Data)
	if err != nil {
		return err
	}
	switch event.Type {
	case events.ItemsAdded:
		grocery, err := events.DecodeGrocery(event)
		if err != nil {
			return err
		}
		_, err = s.Lists.AddRequest(ctx, event.User(), grocery)
		return err
	case events.UserErased:
		erased, err := events.DecodeErased(event)
		if err != nil {
			return err
		}
		return s.Lists.Erase(ctx, erased.UserID)
	default:
		return events.Known(event)
	}
}
