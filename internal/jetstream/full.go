package jetstream

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"larder.dev/internal/fulldisk"
)

// The server's error codes for insufficient storage: by the file limit, and by the account's.
const (
	insufficientResources = 10023
	storageExceeded       = 10047
)

// noSpace appears in the server's message about a write that failed because the disk was full.
const noSpace = "no space left"

// refusedWithin bounds finding out why a message wasn't acknowledged.
const refusedWithin = time.Second

// refused marks a failed publish as a full disk if that is the cause. The server answers neither a
// message that its disk had no room for nor any later one, so ask about the stream, if it is known.
func (c *Conn) refused(ctx context.Context, stream string, err error) error {
	if err == nil || errors.Is(err, fulldisk.Err) || c.Ready() != nil {
		return err
	}
	full := hasNoRoom(err)
	silent := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
	if silent && stream != "" {
		ask, cancel := context.WithTimeout(context.WithoutCancel(ctx), refusedWithin)
		defer cancel()
		full = errors.Is(c.Room(ask, stream), fulldisk.Err)
	}
	if full {
		err = fmt.Errorf("%w: %w", fulldisk.Err, err)
		c.full.Note(err)
	}
	return err
}

func hasNoRoom(err error) bool {
	var refusal *jetstream.APIError
	if errors.As(err, &refusal) && (refusal.ErrorCode == insufficientResources || refusal.ErrorCode == storageExceeded) {
		return true
	}
	return err != nil && strings.Contains(err.Error(), noSpace)
}

// nothing is a subject without messages in any of our streams.
const nothing = "larder.room"

// Room returns an error that is a fulldisk.Err if a stream has hit a full disk. Even with space
// again, it accepts nothing until the server restarts.
func (c *Conn) Room(ctx context.Context, stream string) error {
	// A stream that can't write can't purge either, and says why, even if there is nothing to
	// purge.
	_, err := c.Purge(ctx, stream, nothing)
	if hasNoRoom(err) {
		return fmt.Errorf("%w: %w", fulldisk.Err, err)
	}
	return err
}
