package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"
)

// PublishBatch splits at these limits: the server accepts so many messages in one batch, and a
// batch of large ones shouldn't be in memory twice. Callers should collect as many.
const (
	BatchMessages = 1000
	BatchBytes    = 4 << 20
)

// Publish stores one message and waits for the acknowledgement. A message whose Nats-Msg-Id the
// stream remembers isn't stored again: duplicate is true and the sequence is the first one's.
//
// With expectLast, the message is stored only if its subject's last message has that sequence (0:
// if there is none), else the error is ErrConflict.
func (c *Conn) Publish(ctx context.Context, msg Message, expectLast *uint64) (sequence uint64, duplicate bool, err error) {
	ctx, done := c.request(ctx, msg.Subject)
	defer done()
	var opts []jetstream.PublishOpt
	if expectLast != nil {
		opts = append(opts, jetstream.WithExpectLastSequencePerSubject(*expectLast))
	}
	ack, err := c.js.PublishMsg(ctx, msg.wire(), opts...)
	if err != nil {
		return 0, false, c.refused(ctx, "", fmt.Errorf("publish on %s: %w", msg.Subject, explain(ctx, conflict(err))))
	}
	return ack.Sequence, ack.Duplicate, nil
}

// PublishBatch stores messages in order and waits until all are acknowledged. Sequences has one
// entry per message; on error only those known to be stored, from the first. Messages already
// stored aren't stored again while the stream remembers their Nats-Msg-Id.
//
// It sends atomic batches. If the server refuses one, because it contains a message that the stream
// already has, or a header that can't be batched, its messages are published one by one.
func (c *Conn) PublishBatch(ctx context.Context, stream string, msgs []Message) (sequences []uint64, err error) {
	sequences = make([]uint64, 0, len(msgs))
	for len(msgs) > 0 {
		size := batchSize(msgs)
		stored, err := c.publishSome(ctx, stream, msgs[:size])
		sequences = append(sequences, stored...)
		if err != nil {
			return sequences, c.refused(ctx, stream, err)
		}
		msgs = msgs[size:]
	}
	return sequences, nil
}

func batchSize(msgs []Message) int {
	bytes := 0
	for i, msg := range msgs {
		bytes += msg.Size()
		if i == BatchMessages || (i > 0 && bytes > BatchBytes) {
			return i
		}
	}
	return len(msgs)
}

func (c *Conn) publishSome(ctx context.Context, stream string, msgs []Message) ([]uint64, error) {
	if len(msgs) == 1 {
		return c.publishEach(ctx, msgs)
	}
	sequences, err := c.publishAtomic(ctx, stream, msgs)
	if refusesBatch(err) {
		return c.publishEach(ctx, msgs)
	}
	return sequences, err
}

// publishEach waits for each acknowledgement before it sends the next message. Pipelining would be
// faster, but leave a gap if one fails and the next succeeds.
func (c *Conn) publishEach(ctx context.Context, msgs []Message) ([]uint64, error) {
	sequences := make([]uint64, 0, len(msgs))
	for _, msg := range msgs {
		sequence, _, err := c.Publish(ctx, msg, nil)
		if err != nil {
			return sequences, err
		}
		sequences = append(sequences, sequence)
	}
	return sequences, nil
}

func (c *Conn) publishAtomic(ctx context.Context, stream string, msgs []Message) ([]uint64, error) {
	subjects := make(map[string]struct{}, len(msgs))
	wire := make([]*nats.Msg, len(msgs))
	for i, msg := range msgs {
		subjects[msg.Subject] = struct{}{}
		wire[i] = msg.wire()
	}
	ctx, done := c.watchRequest(ctx, func(denied string) bool {
		_, ours := subjects[denied]
		return ours
	})
	defer done()
	// Don't wait for the first message's acknowledgement: the last one's tells the same, a round
	// trip earlier.
	ack, err := jetstreamext.PublishMsgBatch(ctx, c.js, wire, jetstreamext.BatchFlowControl{AckTimeout: requestTimeout})
	if err != nil {
		return nil, fmt.Errorf("publish batch of %d to stream %s: %w", len(msgs), stream, explain(ctx, err))
	}
	if ack.Stream != stream {
		return nil, fmt.Errorf("publish batch of %d to stream %s: stream %s took it", len(msgs), stream, ack.Stream)
	}
	sequences := make([]uint64, len(msgs))
	for i := range msgs {
		// A batch is stored contiguously, so its sequences lead up to the acknowledged one.
		sequences[i] = ack.Sequence - uint64(len(msgs)-1-i)
	}
	return sequences, nil
}

// refusesBatch reports whether the server stored none of the batch but would accept single
// messages.
func refusesBatch(err error) bool {
	var refusal *jetstream.APIError
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.ErrorCode {
	case jetstreamext.JSErrCodeBatchPublishNotEnabled, jetstreamext.JSErrCodeBatchPublishIncomplete,
		jetstreamext.JSErrCodeBatchPublishUnsupportedHeader, jetstreamext.JSErrCodeBatchPublishDuplicateMsgID,
		jetstreamext.JSErrCodeBatchPublishExceedsLimit, jetstreamext.JSErrCodeAtomicPublishTooManyInflight,
		jetstreamext.JSErrCodeBatchPublishTooManyInflight:
		return true
	default:
		return false
	}
}

func conflict(err error) error {
	var refusal *jetstream.APIError
	if !errors.As(err, &refusal) {
		return err
	}
	switch refusal.ErrorCode {
	case jetstream.JSErrCodeStreamWrongLastSequence, jetstream.JSErrCodeStreamWrongLastSequenceConstant:
		return fmt.Errorf("%w: %w", ErrConflict, err)
	default:
		return err
	}
}
