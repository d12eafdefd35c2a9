package accountstest

import (
	"context"
	"errors"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

// Subscribers is a server without streams, to which subscribers can be added.
type Subscribers struct {
	Publisher Connect // the feed's publisher
	App       Connect // the grocery app
	Reader    Connect // any program that reads the feed; nil if there is no such address
	Add       func(t *testing.T, name string) Connect
	Remove    func(t *testing.T, name string)
}

// RunSubscriber uses a subscriber's credentials like a NATS client, such as `nats consumer next`,
// `rm` and `add`: it may create, read and acknowledge through its own consumer, and no other. Each
// refusal comes at once.
func RunSubscriber(t *testing.T, s Subscribers) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	publisher := open(t, s.Publisher(t))
	_, err := publisher.CreateStream(ctx, jetstream.StreamConfig{
		Name: "GROCERY", Subjects: []string{"grocery.*.added"}, AllowDirect: true,
	})
	require.NoError(t, err)
	for _, item := range []string{"flour", "eggs"} {
		_, err = publisher.Publish(ctx, "grocery.ada.added", []byte(item))
		require.NoError(t, err)
	}
	app, err := open(t, s.App(t)).CreateOrUpdateConsumer(ctx, "GROCERY", jetstream.ConsumerConfig{Durable: "grocery-app"})
	require.NoError(t, err)

	s.Add(t, "other")
	refusals := make(chan error, 64)
	removed := make(chan struct{})
	conn := s.Add(t, "pantry")(t, nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(removed) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refusals <- err }))
	feed := open(t, conn)
	own, err := feed.CreateOrUpdateConsumer(ctx, "GROCERY", jetstream.ConsumerConfig{Durable: "pantry"})
	require.NoError(t, err)
	message := next(ctx, t, own)
	require.Equal(t, "flour", string(message.Data()))
	require.NoError(t, message.DoubleAck(ctx))
	stream, err := feed.Stream(ctx, "GROCERY")
	require.NoError(t, err, "stream info")
	got, err := stream.GetMsg(ctx, 2)
	require.NoError(t, err, "stream get")
	require.Equal(t, "eggs", string(got.Data))
	require.Empty(t, refusals)

	refuses(t, ctx, conn, refusals, "grocery-app", "other", "mine")
	if s.Reader != nil {
		denied := make(chan error, 64)
		reader := s.Reader(t, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { denied <- err }))
		refuses(t, ctx, reader, denied, "grocery-app", "other", "pantry")
	}
	info, err := app.Info(ctx)
	require.NoError(t, err, "it is still there")
	require.Zero(t, info.AckFloor.Stream, "and nothing was taken from it")
	require.Zero(t, info.NumAckPending)

	s.Remove(t, "pantry")
	testkit.Wait(t, removed, "the end of the removed subscriber's connection")
	_, err = app.Next(jetstream.FetchContext(ctx))
	require.NoError(t, err, "the app goes on")
}

// refuses tries everything that consumes from or changes a consumer.
//
//nolint:revive // the context is the test's, after the test
func refuses(t *testing.T, ctx context.Context, conn *nats.Conn, refusals <-chan error, consumers ...string) {
	t.Helper()
	for _, consumer := range consumers {
		for _, subject := range []string{
			"$JS.API.CONSUMER.MSG.NEXT.GROCERY." + consumer, "$JS.API.CONSUMER.DELETE.GROCERY." + consumer,
			"$JS.API.CONSUMER.CREATE.GROCERY." + consumer, "$JS.API.CONSUMER.CREATE.GROCERY." + consumer + ".grocery.>",
			"$JS.API.CONSUMER.DURABLE.CREATE.GROCERY." + consumer, "$JS.ACK.GROCERY." + consumer + ".1.1.1.1.0",
			"$JS.API.CONSUMER.PAUSE.GROCERY." + consumer, "$JS.API.CONSUMER.RESET.GROCERY." + consumer,
			"$JS.API.CONSUMER.UNPIN.GROCERY." + consumer,
		} {
			require.NoError(t, conn.PublishRequest(subject, nats.NewInbox(), []byte("{}")))
			require.NoError(t, conn.FlushWithContext(ctx))
			err := testkit.Wait(t, refusals, "the refusal of "+subject)
			require.ErrorIs(t, err, nats.ErrPermissionViolation)
			require.ErrorContains(t, err, subject)
		}
	}
}

// Fill creates consumers until the server refuses, and returns how many there were.
func Fill(t *testing.T, reader *nats.Conn) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	feed := open(t, reader)
	for n := 0; ; n++ {
		_, err := feed.CreateConsumer(ctx, "GROCERY", jetstream.ConsumerConfig{AckPolicy: jetstream.AckExplicitPolicy})
		var refusal *jetstream.APIError
		if errors.As(err, &refusal) && refusal.ErrorCode == 10026 {
			return n
		}
		require.NoError(t, err)
	}
}
