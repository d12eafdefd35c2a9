package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/test/larder"
)

// The load of a turn. Writes begin by the clock, whether earlier ones are answered or not.
const (
	writesPerSecond = 200
	writesPerTurn   = 2000
	latencyRounds   = 3
)

// measureLatency is the time from a commit to a plain JetStream consumer, against a bare publish of
// events of the same size to another stream on the same server, which also syncs before it
// acknowledges.
//
// The commit itself can't be observed from outside. It lies between the time in the event, taken
// before the transaction is sent, and the answer. The figure starts at the former, and so includes
// the transaction.
func measureLatency(b *testing.B, t *table) {
	b.Helper()
	server, users, body := startWriters(b)
	js := larder.JetStream(b, server.RunFile(b).NATSURL)
	payload := barePayload(b, js, users[0], body)

	var ours, bare []time.Duration
	for range latencyRounds {
		server.CaughtUp(b)
		ours = append(ours, larderLatencies(b, js, users, body)...)
		server.CaughtUp(b)
		bare = append(bare, bareLatencies(b, js, payload)...)
	}
	p50, p99 := percentile(ours, 50), percentile(ours, 99)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(millis(p50), "p50-ms")
	b.ReportMetric(millis(p99), "p99-ms")
	what := fmt.Sprintf("commit to JetStream consumer at %d writes a second, ", writesPerSecond)
	t.add(figure{
		what: what + "p50", larder: inMillis(p50), bare: inMillis(percentile(bare, 50)) + " (bare publish)",
		target: "< 10 ms", met: p50 < 10*time.Millisecond,
	})
	t.add(figure{
		what: what + "p99", larder: inMillis(p99), bare: inMillis(percentile(bare, 99)) + " (bare publish)",
		target: "< 50 ms", met: p99 < 50*time.Millisecond,
	})
}

// larderLatencies is one turn through HTTP.
func larderLatencies(b *testing.B, js jetstream.JetStream, users []*larder.Client, body []byte) []time.Duration {
	b.Helper()
	got := listen(b, js, events.Stream, "larder.recipe.>")
	paced(b, func(_ context.Context, n int) error { return create(users[n%len(users)], body) })
	return got.wait(b, func(m jetstream.Msg) (time.Time, error) {
		return time.Parse(time.RFC3339Nano, m.Headers().Get(events.HeaderTime))
	})
}

const (
	bareStream  = "BENCH"
	bareSubject = "bench.bare"
	sentHeader  = "bench-sent"
)

// barePayload creates the bare side's stream, and returns an event as Larder publishes it.
func barePayload(b *testing.B, js jetstream.JetStream, user *larder.Client, body []byte) []byte {
	b.Helper()
	_, err := js.CreateStream(b.Context(), jetstream.StreamConfig{
		Name: bareStream, Subjects: []string{bareSubject}, Storage: jetstream.FileStorage,
	})
	require.NoError(b, err)
	user.Create(b, body)
	var data []byte
	larder.Soon(b, 10*time.Second, func() string {
		for _, m := range larder.Messages(b, js, events.Stream) {
			if strings.HasPrefix(m.Subject(), "larder.recipe.") {
				data = m.Data()
				return ""
			}
		}
		return "the event isn't published"
	})
	return data
}

// bareLatencies is one turn of bare publishing. The clock starts before the message is sent.
func bareLatencies(b *testing.B, js jetstream.JetStream, payload []byte) []time.Duration {
	b.Helper()
	got := listen(b, js, bareStream, bareSubject)
	paced(b, func(ctx context.Context, _ int) error {
		_, err := js.PublishMsg(ctx, &nats.Msg{
			Subject: bareSubject, Data: payload,
			Header: nats.Header{sentHeader: {time.Now().Format(time.RFC3339Nano)}},
		})
		return err
	})
	return got.wait(b, func(m jetstream.Msg) (time.Time, error) {
		return time.Parse(time.RFC3339Nano, m.Headers().Get(sentHeader))
	})
}
