package bench

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"larder.dev/events"
	"larder.dev/test/larder"
)

const (
	relayEvents = 10_000
	relayRounds = 3
	// bareBatch is the server's maximum for an atomic batch: the ordered mode with the fewest
	// flushes.
	bareBatch = 1000
)

// measureRelay is the relay publishing a backlog, against the bare client sending the same messages
// to another stream on the same server, in atomic batches: the one fast mode that keeps the order
// on failure. Both are timed by the server's timestamps of the first and last message. Nobody
// consumes meanwhile.
func measureRelay(b *testing.B, t *table, parts *larder.Parts) {
	b.Helper()
	js := larder.JetStream(b, parts.RunFile(b).NATSURL)
	_, err := js.CreateStream(b.Context(), jetstream.StreamConfig{
		Name: bareStream, Subjects: []string{"bench.>"}, Storage: jetstream.FileStorage, AllowAtomicPublish: true,
	})
	require.NoError(b, err)
	parts.Take("projectors").Stop(b)
	var ours, bare, ratios []float64
	for round := range relayRounds {
		first, last := relayed(b, parts, js, fmt.Sprintf("relayed%d", round))
		l := storedRate(b, js, events.Stream, first, last)
		begin, end := published(b, js, copies(b, js, first, last))
		r := storedRate(b, js, bareStream, begin, end)
		b.Logf("relay %.0f/s, bare %.0f/s, ratio %.2f", l, r, l/r)
		ours, bare, ratios = append(ours, l), append(bare, r), append(ratios, l/r)
	}
	parts.Launch(b, "projectors").Ready(b)
	ratio := median(ratios)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ratio, "of-bare")
	t.add(figure{
		what:   "events a second of the relay, sync_interval always",
		larder: fmt.Sprintf("%.0f", median(ours)), bare: fmt.Sprintf("%.0f (atomic batches of %d)", median(bare), bareBatch),
		ratio: fmt.Sprintf("%.2f", ratio), target: "≥ 0.7", met: ratio >= 0.7,
	})
}

// relayed builds a backlog while no relay runs, and starts one to publish it. It returns the first
// and last message's sequences.
func relayed(b *testing.B, parts *larder.Parts, js jetstream.JetStream, user string) (first, last uint64) {
	b.Helper()
	parts.Take("relay").Stop(b)
	parts.AddUser(b, user)
	lines, _ := larder.Lines(b, relayEvents)
	parts.MustRun(b, "", "import", "--user", user, larder.WriteLines(b, lines))
	first = lastSequence(b, js) + 1
	parts.Launch(b, "relay").Ready(b)
	primary := larder.Postgres(b, parts.RunFile(b).PostgresURL)
	larder.Soon(b, startPatience, func() string {
		var waiting int
		require.NoError(b, primary.QueryRow(b.Context(), "SELECT count(*) FROM event_log WHERE published_at IS NULL").Scan(&waiting))
		if waiting > 0 {
			return fmt.Sprintf("%d events wait", waiting)
		}
		return ""
	})
	return first, lastSequence(b, js)
}

func lastSequence(b *testing.B, js jetstream.JetStream) uint64 {
	b.Helper()
	stream, err := js.Stream(b.Context(), events.Stream)
	require.NoError(b, err)
	info, err := stream.Info(b.Context())
	require.NoError(b, err)
	return info.State.LastSeq
}

// storedRate is the number of messages stored a second between two sequences.
func storedRate(b *testing.B, js jetstream.JetStream, name string, first, last uint64) float64 {
	b.Helper()
	stream, err := js.Stream(b.Context(), name)
	require.NoError(b, err)
	begin, err := stream.GetMsg(b.Context(), first)
	require.NoError(b, err)
	end, err := stream.GetMsg(b.Context(), last)
	require.NoError(b, err)
	return float64(last-first) / end.Time.Sub(begin.Time).Seconds()
}

// copies returns the relay's messages under other subjects, without the server's additions.
func copies(b *testing.B, js jetstream.JetStream, first, last uint64) []*nats.Msg {
	b.Helper()
	messages := larder.Messages(b, js, events.Stream)
	var all []*nats.Msg
	for _, m := range messages[len(messages)-int(last-first+1):] {
		header := nats.Header{}
		for name, values := range m.Headers() {
			if !strings.HasPrefix(name, "Nats-Batch") {
				header[name] = values
			}
		}
		all = append(all, &nats.Msg{Subject: "bench." + m.Subject(), Header: header, Data: m.Data()})
	}
	return all
}

// published sends the messages in batches, each after the previous one's acknowledgement, and
// returns the first and last sequence.
func published(b *testing.B, js jetstream.JetStream, messages []*nats.Msg) (first, last uint64) {
	b.Helper()
	for begin := 0; begin < len(messages); begin += bareBatch {
		batch := messages[begin:min(begin+bareBatch, len(messages))]
		ack, err := jetstreamext.PublishMsgBatch(b.Context(), js, batch, jetstreamext.BatchFlowControl{AckTimeout: time.Minute})
		require.NoError(b, err)
		if begin == 0 {
			first = ack.Sequence - uint64(len(batch)) + 1
		}
		last = ack.Sequence
	}
	return first, last
}
