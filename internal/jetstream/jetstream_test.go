package jetstream_test

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

const stream = "THINGS"

// connect returns a connection to its own server, with a stream of things.
func connect(t *testing.T) (*jetstream.Conn, *testkit.NATSServer) {
	t.Helper()
	server := testkit.NATS(t)
	conn := dial(t, server.URL())
	require.NoError(t, conn.EnsureStream(t.Context(), jetstream.StreamConfig{Name: stream, Subjects: []string{"things.>"}}))
	return conn, server
}

func dial(t *testing.T, url string) *jetstream.Conn {
	t.Helper()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{URL: url, Name: t.Name(), Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	return conn
}

func thing(subject string, n int) jetstream.Message {
	return jetstream.Message{
		Subject: "things." + subject,
		Header:  map[string][]string{"Nats-Msg-Id": {fmt.Sprintf("%s-%d", subject, n)}, "lower-case": {"kept"}},
		Data:    []byte(strconv.Itoa(n)),
	}
}

func things(subject string, count int) []jetstream.Message {
	msgs := make([]jetstream.Message, count)
	for i := range msgs {
		msgs[i] = thing(subject, i)
	}
	return msgs
}

// A batch larger than the server's limit is stored in order, and its sequences are correct.
func TestPublishBatchInOrder(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	sequences, err := conn.PublishBatch(t.Context(), stream, things("a", 1201))
	require.NoError(t, err)
	require.Len(t, sequences, 1201)
	for i, sequence := range sequences {
		require.EqualValues(t, i+1, sequence)
	}
	msg, found, err := conn.At(t.Context(), stream, 600)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "599", string(msg.Data))
	require.Equal(t, "kept", msg.HeaderValue("lower-case"))
}

// A partially stored batch is completed: nothing twice, and old sequences for existing messages.
func TestPublishBatchAgainStoresNothingTwice(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, err := conn.PublishBatch(t.Context(), stream, things("a", 3))
	require.NoError(t, err)
	sequences, err := conn.PublishBatch(t.Context(), stream, things("a", 5))
	require.NoError(t, err)
	require.Equal(t, []uint64{1, 2, 3, 4, 5}, sequences)
	state, err := conn.State(t.Context(), stream)
	require.NoError(t, err)
	require.EqualValues(t, 5, state.Messages)
}

// A message that is twice in one batch is stored once.
func TestPublishBatchWithATwin(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	sequences, err := conn.PublishBatch(t.Context(), stream, []jetstream.Message{thing("a", 1), thing("a", 2), thing("a", 1)})
	require.NoError(t, err)
	require.Equal(t, []uint64{1, 2, 1}, sequences)
}

// A conditional publish is refused as a conflict if another message came first.
func TestPublishExpectingTheLast(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	none := uint64(0)
	sequence, duplicate, err := conn.Publish(t.Context(), thing("a", 1), &none)
	require.NoError(t, err)
	require.False(t, duplicate)
	_, _, err = conn.Publish(t.Context(), thing("a", 2), &none)
	require.ErrorIs(t, err, jetstream.ErrConflict)
	_, _, err = conn.Publish(t.Context(), thing("a", 2), &sequence)
	require.NoError(t, err)
}

// A denial is reported as a denial, at once, and not as a timeout.
func TestDenialIsNotATimeout(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	if server.FeedURL() == server.URL() {
		t.Fatal("this test needs a server with the feed's restricted user")
	}
	conn := dial(t, server.FeedURL())
	require.NoError(t, conn.WaitReady(t.Context()))
	started := time.Now()
	_, _, err := conn.Publish(t.Context(), thing("a", 1), nil)
	require.ErrorIs(t, err, jetstream.ErrPermission)
	require.ErrorContains(t, err, "things.a")
	_, err = conn.PublishBatch(t.Context(), stream, things("a", 3))
	require.ErrorIs(t, err, jetstream.ErrPermission)
	err = conn.EnsureStream(t.Context(), jetstream.StreamConfig{Name: stream, Subjects: []string{"things.>"}})
	require.ErrorIs(t, err, jetstream.ErrPermission)
	require.Less(t, time.Since(started), 4*time.Second)
}

// denials forwards log records about subjects that NATS denied.
type denials struct {
	slog.Handler

	lines chan slog.Record
}

func (d denials) Handle(ctx context.Context, record slog.Record) error {
	if strings.Contains(record.Message, "denied") {
		d.lines <- record
	}
	return d.Handler.Handle(ctx, record)
}

// of waits for a subject's denial, skipping others such as the inbox's, and returns its level.
func (d denials) of(t *testing.T, subject string) slog.Level {
	t.Helper()
	for {
		record, about := testkit.Wait(t, d.lines, "the denial of "+subject), false
		record.Attrs(func(a slog.Attr) bool {
			about = about || a.Value.String() == subject
			return true
		})
		if about {
			return record.Level
		}
	}
}

// A denial that a requester is told about isn't logged for an operator. One that nobody waits for
// is.
func TestADenialIsALineWhereNobodyIsTold(t *testing.T) {
	t.Parallel()
	log := denials{Handler: testkit.Logger(t).Handler(), lines: make(chan slog.Record, 16)}
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{URL: testkit.NATS(t).FeedURL(), Name: t.Name(), Log: slog.New(log)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.WaitReady(t.Context()))
	_, _, err = conn.Publish(t.Context(), thing("a", 1), nil)
	require.ErrorIs(t, err, jetstream.ErrPermission)
	require.Equal(t, slog.LevelDebug, log.of(t, "things.a"))
	stop, err := conn.Subscribe("things.>", func(jetstream.Message) {})
	require.NoError(t, err)
	defer stop()
	require.Equal(t, slog.LevelError, log.of(t, "things.>"))
}

// The last message of a subject, the next of a filter, and the absence of both.
func TestLastAndNext(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, found, err := conn.Last(t.Context(), stream, "things.a")
	require.NoError(t, err)
	require.False(t, found)
	_, err = conn.PublishBatch(t.Context(), stream, []jetstream.Message{thing("a", 1), thing("b", 1), thing("a", 2)})
	require.NoError(t, err)
	last, found, err := conn.Last(t.Context(), stream, "things.a")
	require.NoError(t, err)
	require.True(t, found)
	require.EqualValues(t, 3, last.Sequence)
	require.WithinDuration(t, time.Now(), last.Time, time.Minute)
	next, found, err := conn.Next(t.Context(), stream, "things.>", 2)
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "things.b", next.Subject)
	_, found, err = conn.Next(t.Context(), stream, "things.>", 4)
	require.NoError(t, err)
	require.False(t, found)
}

// Requests for what doesn't exist return ErrNotFound.
func TestNotFound(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, err := conn.State(t.Context(), "NOTHING")
	require.ErrorIs(t, err, jetstream.ErrNotFound)
	_, err = conn.ConsumerInfo(t.Context(), stream, "nobody")
	require.ErrorIs(t, err, jetstream.ErrNotFound)
	_, err = conn.Read(t.Context(), "NOTHING", nil, jetstream.ReadStart{})
	require.ErrorIs(t, err, jetstream.ErrNotFound)
	require.NoError(t, conn.DeleteConsumer(t.Context(), stream, "nobody"))
}

// A purge removes exactly the filter's messages, and counts them.
func TestPurge(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, err := conn.PublishBatch(t.Context(), stream, []jetstream.Message{thing("a.1", 1), thing("b.1", 1), thing("a.2", 1), thing("b.1", 2)})
	require.NoError(t, err)
	count, err := conn.Purge(t.Context(), stream, "things.a.>")
	require.NoError(t, err)
	require.EqualValues(t, 2, count)
	count, err = conn.PurgeToLast(t.Context(), stream, "things.b.1")
	require.NoError(t, err)
	require.EqualValues(t, 2, count)
	state, err := conn.State(t.Context(), stream)
	require.NoError(t, err)
	require.EqualValues(t, 1, state.Messages)
}

// A second EnsureStream changes nothing, and a different one adds new subjects.
func TestEnsureStreamAgain(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, _, err := conn.Publish(t.Context(), thing("a", 1), nil)
	require.NoError(t, err)
	require.NoError(t, conn.EnsureStream(t.Context(), jetstream.StreamConfig{Name: stream, Subjects: []string{"things.>", "more.>"}}))
	_, _, err = conn.Publish(t.Context(), jetstream.Message{Subject: "more.a"}, nil)
	require.NoError(t, err)
	state, err := conn.State(t.Context(), stream)
	require.NoError(t, err)
	require.EqualValues(t, 2, state.Messages)
}

func consumer(t *testing.T, conn *jetstream.Conn, ackWait time.Duration) *jetstream.Consumer {
	t.Helper()
	c, err := conn.EnsureConsumer(t.Context(), stream, jetstream.ConsumerConfig{
		Durable: "reader", Filters: []string{"things.>"}, AckWait: ackWait, MaxAckPending: 100,
	})
	require.NoError(t, err)
	return c
}

func next(t *testing.T, deliveries *jetstream.Deliveries) jetstream.Delivery {
	t.Helper()
	delivery, err := deliveries.Next(testkit.Context(t))
	require.NoError(t, err)
	return delivery
}

// untilAcknowledged waits until the server has processed the acknowledgements up to this sequence:
// that is asynchronous, even after it has answered later messages.
func untilAcknowledged(t *testing.T, conn *jetstream.Conn, sequence uint64) {
	t.Helper()
	testkit.Until(t, "the server has taken the acknowledgements", func() bool {
		info, err := conn.ConsumerInfo(t.Context(), stream, "reader")
		return err == nil && info.AckFloor == sequence
	})
}

// A new consumer starts with the last message of each subject, and resumes after the acknowledged
// ones.
func TestConsumerGoesOn(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, err := conn.PublishBatch(t.Context(), stream, []jetstream.Message{thing("a", 1), thing("b", 1), thing("a", 2)})
	require.NoError(t, err)
	deliveries, err := consumer(t, conn, time.Minute).Deliver(10)
	require.NoError(t, err)
	first, second := next(t, deliveries), next(t, deliveries)
	require.Equal(t, []uint64{2, 3}, []uint64{first.Sequence, second.Sequence})
	require.NoError(t, first.Ack())
	require.NoError(t, second.Ack())
	deliveries.Stop()
	untilAcknowledged(t, conn, 3)

	_, _, err = conn.Publish(t.Context(), thing("a", 3), nil)
	require.NoError(t, err)
	again, err := consumer(t, conn, time.Minute).Deliver(10)
	require.NoError(t, err)
	defer again.Stop()
	require.EqualValues(t, 4, next(t, again).Sequence)
	info, err := conn.ConsumerInfo(t.Context(), stream, "reader")
	require.NoError(t, err)
	require.EqualValues(t, 3, info.AckFloor)
	require.EqualValues(t, 4, info.Delivered)
	require.EqualValues(t, 1, info.Lag())
}

// A returned message is redelivered at once, long before its AckWait.
func TestGivenBackComesAgain(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, _, err := conn.Publish(t.Context(), thing("a", 1), nil)
	require.NoError(t, err)
	deliveries, err := consumer(t, conn, time.Hour).Deliver(10)
	require.NoError(t, err)
	defer deliveries.Stop()
	require.NoError(t, next(t, deliveries).Nak())
	require.Equal(t, 2, next(t, deliveries).Attempt)
}

// A dead process's messages are released at once.
func TestReleaseOfADeadProcess(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, err := conn.PublishBatch(t.Context(), stream, []jetstream.Message{thing("a", 1), thing("b", 1)})
	require.NoError(t, err)
	dead, err := consumer(t, conn, time.Hour).Deliver(10)
	require.NoError(t, err)
	next(t, dead)
	require.NoError(t, next(t, dead).Ack())
	dead.Stop()
	testkit.Until(t, "the server has taken the acknowledgement", func() bool {
		info, err := conn.ConsumerInfo(t.Context(), stream, "reader")
		return err == nil && info.AckPending == 1
	})
	require.NoError(t, conn.Release(t.Context(), stream, "reader"))
	alive, err := consumer(t, conn, time.Hour).Deliver(10)
	require.NoError(t, err)
	defer alive.Stop()
	require.EqualValues(t, 1, next(t, alive).Sequence)
}

// Messages waiting untaken in the client survive a server restart and further deliveries: none is
// dropped and redelivered only after its AckWait.
func TestDeliveryWaitsForWhoeverIsSlow(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	deliveries, err := consumer(t, conn, time.Hour).Deliver(4)
	require.NoError(t, err)
	defer deliveries.Stop()
	_, err = conn.PublishBatch(t.Context(), stream, things("a", 12))
	require.NoError(t, err)
	require.EqualValues(t, 1, next(t, deliveries).Sequence)
	given := func(count int) {
		t.Helper()
		testkit.Until(t, fmt.Sprintf("%d messages are given out", count), func() bool {
			info, err := conn.ConsumerInfo(t.Context(), stream, "reader")
			return err == nil && info.AckPending >= count
		})
	}
	given(4)
	server.Restart(t)
	require.NoError(t, conn.WaitReady(testkit.Context(t)))
	for sequence := uint64(2); sequence <= 12; sequence++ {
		if sequence == 4 {
			given(8) // as many again were requested
		}
		require.Equal(t, sequence, next(t, deliveries).Sequence)
	}
}

// With one message at a time, none is requested while one is in progress: it would be redelivered.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	deliveries, err := consumer(t, conn, time.Hour).Deliver(1)
	require.NoError(t, err)
	defer deliveries.Stop()
	_, err = conn.PublishBatch(t.Context(), stream, things("a", 3))
	require.NoError(t, err)
	for sequence := uint64(1); sequence <= 3; sequence++ {
		delivery := next(t, deliveries)
		require.Equal(t, sequence, delivery.Sequence)
		require.NoError(t, conn.Flush(t.Context()))
		info, err := conn.ConsumerInfo(t.Context(), stream, "reader")
		require.NoError(t, err)
		require.Equal(t, sequence, info.Delivered)
		require.Zero(t, info.Waiting)
	}
}

// Deleting a consumer ends its deliveries with ErrConsumerGone.
func TestConsumerGone(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	deliveries, err := consumer(t, conn, time.Minute).Deliver(10)
	require.NoError(t, err)
	defer deliveries.Stop()
	failure := make(chan error, 1)
	go func() {
		_, err := deliveries.Next(t.Context())
		failure <- err
	}()
	testkit.Until(t, "the consumer is pulled from", func() bool {
		info, err := conn.ConsumerInfo(t.Context(), stream, "reader")
		return err == nil && info.Waiting > 0
	})
	require.NoError(t, conn.DeleteConsumer(t.Context(), stream, "reader"))
	require.ErrorIs(t, testkit.Wait(t, failure, "the end of the deliveries"), jetstream.ErrConsumerGone)
}

// A reader returns the last message of each subject, then new ones, and counts the rest.
func TestReadLast(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, err := conn.PublishBatch(t.Context(), stream, []jetstream.Message{thing("a", 1), thing("b", 1), thing("a", 2)})
	require.NoError(t, err)
	reader, err := conn.Read(t.Context(), stream, []string{"things.>"}, jetstream.ReadStart{Last: true})
	require.NoError(t, err)
	defer reader.Close()
	require.EqualValues(t, 2, reader.Total())
	msg, left, err := reader.Next(testkit.Context(t))
	require.NoError(t, err)
	require.EqualValues(t, 2, msg.Sequence)
	require.EqualValues(t, 1, left)
	msg, left, err = reader.Next(testkit.Context(t))
	require.NoError(t, err)
	require.EqualValues(t, 3, msg.Sequence)
	require.Zero(t, left)
	_, _, err = conn.Publish(t.Context(), thing("b", 2), nil)
	require.NoError(t, err)
	msg, _, err = reader.Next(testkit.Context(t))
	require.NoError(t, err)
	require.EqualValues(t, 4, msg.Sequence)
}

// A reader of new messages sees nothing older, and one from a sequence starts there.
func TestReadFrom(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	_, err := conn.PublishBatch(t.Context(), stream, things("a", 5))
	require.NoError(t, err)
	fresh, err := conn.Read(t.Context(), stream, nil, jetstream.ReadStart{New: true})
	require.NoError(t, err)
	defer fresh.Close()
	require.Zero(t, fresh.Total())
	from, err := conn.Read(t.Context(), stream, nil, jetstream.ReadStart{Sequence: 4})
	require.NoError(t, err)
	defer from.Close()
	require.EqualValues(t, 2, from.Total())
	_, _, err = conn.Publish(t.Context(), thing("a", 5), nil)
	require.NoError(t, err)
	msg, _, err := fresh.Next(testkit.Context(t))
	require.NoError(t, err)
	require.EqualValues(t, 6, msg.Sequence)
	msg, _, err = from.Next(testkit.Context(t))
	require.NoError(t, err)
	require.EqualValues(t, 4, msg.Sequence)
}

// A bucket stores, lists by prefix and deletes.
func TestBucket(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	bucket, err := conn.EnsureBucket(t.Context(), "NOTES")
	require.NoError(t, err)
	entries, err := bucket.List(t.Context(), "")
	require.NoError(t, err)
	require.Empty(t, entries)
	require.NoError(t, bucket.Put(t.Context(), "a.1", []byte("one")))
	require.NoError(t, bucket.Put(t.Context(), "b.1", []byte("other")))
	require.NoError(t, bucket.Put(t.Context(), "a.2", []byte("two")))
	require.NoError(t, bucket.Delete(t.Context(), "a.1"))
	again, err := conn.EnsureBucket(t.Context(), "NOTES")
	require.NoError(t, err)
	entries, err = again.List(t.Context(), "a.")
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, "two", string(entries[0].Value))
}

// A subscriber gets what is published, on core NATS, until it stops.
func TestSubscribe(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	heard := make(chan jetstream.Message, 1)
	stop, err := conn.Subscribe("things.>", func(msg jetstream.Message) { heard <- msg })
	require.NoError(t, err)
	defer stop()
	require.NoError(t, conn.Flush(t.Context()))
	_, _, err = conn.Publish(t.Context(), thing("a", 7), nil)
	require.NoError(t, err)
	require.Equal(t, "7", string(testkit.Wait(t, heard, "a hint").Data))
}

// The connection recovers by itself after a server outage, during which requests fail.
func TestReconnects(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	server.Stop(t)
	testkit.Until(t, "the connection is lost", func() bool { return conn.Ready() != nil })
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, _, err := conn.Publish(ctx, thing("a", 1), nil)
	require.Error(t, err)
	require.ErrorIs(t, conn.Ready(), jetstream.ErrNotConnected)
	server.Restart(t)
	require.NoError(t, conn.WaitReady(testkit.Context(t)))
	_, _, err = conn.Publish(t.Context(), thing("a", 2), nil)
	require.NoError(t, err)
}

// A missing server is no error: the connection is ready once it starts.
func TestConnectBeforeTheServer(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	server.Stop(t)
	conn := dial(t, server.URL())
	require.Error(t, conn.Ready())
	server.Restart(t)
	require.NoError(t, conn.WaitReady(testkit.Context(t)))
}

// Large messages are fetched a few at a time: what waits in the client is bounded in bytes, not
// only in number.
func TestPrefetchIsBoundedByBytes(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	const count, size = 48, 900 << 10
	for n := range count {
		_, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: "things.large", Data: make([]byte, size), Header: thing("large", n).Header}, nil)
		require.NoError(t, err)
	}
	made, err := conn.EnsureConsumer(t.Context(), stream, jetstream.ConsumerConfig{
		Durable: "large", Filters: []string{"things.>"}, AckWait: time.Minute, MaxAckPending: 1000, All: true,
	})
	require.NoError(t, err)
	deliveries, err := made.Deliver(256)
	require.NoError(t, err)
	defer deliveries.Stop()
	const most = 9 << 20
	for range count {
		delivery, err := deliveries.Next(t.Context())
		require.NoError(t, err)
		info, err := conn.ConsumerInfo(t.Context(), stream, "large")
		require.NoError(t, err)
		require.LessOrEqual(t, info.AckPending*size, most, "bytes in the client")
		require.NoError(t, delivery.Ack())
		require.NoError(t, conn.Flush(t.Context()))
	}

	reader, err := conn.Read(t.Context(), stream, nil, jetstream.ReadStart{})
	require.NoError(t, err)
	defer reader.Close()
	for n := range count {
		_, left, err := reader.Next(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, count-n-1, left)
	}
}
