package bench

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// paced calls do writesPerTurn times, starting each by the clock: a slow call doesn't delay the
// next, as with independent people.
func paced(b *testing.B, do func(ctx context.Context, n int) error) {
	b.Helper()
	group, ctx := errgroup.WithContext(b.Context())
	ticker := time.NewTicker(time.Second / writesPerSecond)
	defer ticker.Stop()
	for n := range writesPerTurn {
		<-ticker.C
		group.Go(func() error { return do(ctx, n) })
	}
	require.NoError(b, group.Wait())
}

// arrival is a message with its arrival time.
type arrival struct {
	message jetstream.Msg
	at      time.Time
}

// arrivals are what a consumer has received since listen.
type arrivals struct{ came chan arrival }

// listen consumes what is published from now on, with an ordinary ordered consumer.
func listen(b *testing.B, js jetstream.JetStream, stream, subject string) arrivals {
	b.Helper()
	consumer, err := js.OrderedConsumer(b.Context(), stream, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{subject}, DeliverPolicy: jetstream.DeliverNewPolicy,
	})
	require.NoError(b, err)
	got := arrivals{came: make(chan arrival, writesPerTurn)}
	consuming, err := consumer.Consume(func(m jetstream.Msg) { got.came <- arrival{message: m, at: time.Now()} })
	require.NoError(b, err)
	b.Cleanup(consuming.Stop)
	return got
}

// wait returns how long each message of the turn took since it was sent.
func (a arrivals) wait(b *testing.B, sent func(jetstream.Msg) (time.Time, error)) []time.Duration {
	b.Helper()
	var took []time.Duration
	for range writesPerTurn {
		select {
		case came := <-a.came:
			at, err := sent(came.message)
			require.NoError(b, err)
			took = append(took, came.at.Sub(at))
		case <-time.After(30 * time.Second):
			require.FailNow(b, "not everything was delivered", "%d of %d", len(took), writesPerTurn)
		}
	}
	return took
}
