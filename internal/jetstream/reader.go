package jetstream

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// readerPrefetch is how many messages a reader requests at once, up to prefetchBytes.
const readerPrefetch = 1000

// ReadStart is where a reader begins.
type ReadStart struct {
	Sequence uint64    // from this stream sequence; 0 means the first
	Since    time.Time // from messages stored at this time or later; zero means the first
	Last     bool      // with the last message of each subject, in stream order
	New      bool      // with what is stored from now on
}

// Reader reads a stream in order, without acknowledging and without state on the server. It
// survives a server restart. It is for one goroutine.
type Reader struct {
	stream string
	raw    jetstream.MessagesContext
	total  uint64
}

// Read starts a reader. No filters means all subjects. ErrNotFound if there is no such stream.
func (c *Conn) Read(ctx context.Context, stream string, filters []string, start ReadStart) (*Reader, error) {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	consumer, err := c.js.OrderedConsumer(ctx, stream, start.config(filters))
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, explain(ctx, notFound(err)))
	}
	raw, err := consumer.Messages(jetstream.PullMaxMessagesWithBytesLimit(readerPrefetch, prefetchBytes))
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	reader := &Reader{stream: stream, raw: raw}
	if info := consumer.CachedInfo(); info != nil {
		reader.total = info.NumPending
	}
	return reader, nil
}

func (s ReadStart) config(filters []string) jetstream.OrderedConsumerConfig {
	cfg := jetstream.OrderedConsumerConfig{FilterSubjects: filters, DeliverPolicy: jetstream.DeliverAllPolicy}
	switch {
	case s.Last:
		cfg.DeliverPolicy = jetstream.DeliverLastPerSubjectPolicy
	case s.New:
		cfg.DeliverPolicy = jetstream.DeliverNewPolicy
	case s.Sequence > 1:
		cfg.DeliverPolicy = jetstream.DeliverByStartSequencePolicy
		cfg.OptStartSeq = s.Sequence
	case !s.Since.IsZero():
		cfg.DeliverPolicy = jetstream.DeliverByStartTimePolicy
		cfg.OptStartTime = &s.Since
	}
	return cfg
}

// Total is how many messages there were when the reader started. 0 means that Next will wait for a
// new message.
func (r *Reader) Total() uint64 { return r.total }

// Next waits for a message. Left is how many more there were when the server sent it. The error is
// the context's, or means that the reader has ended.
func (r *Reader) Next(ctx context.Context) (msg Message, left uint64, err error) {
	raw, err := r.raw.Next(jetstream.NextContext(ctx))
	if err != nil {
		return Message{}, 0, fmt.Errorf("read next message of stream %s: %w", r.stream, err)
	}
	meta, err := raw.Metadata()
	if err != nil {
		return Message{}, 0, fmt.Errorf("read next message of stream %s: %w", r.stream, err)
	}
	return fromDelivery(raw, meta), meta.NumPending, nil
}

// Close ends the reader.
func (r *Reader) Close() { r.raw.Stop() }
