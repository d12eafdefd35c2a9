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

// The server's codes for a stream that can't be given more room: by the limit of its files, and by that of the account.
const (
	insufficientResources = 10023
	storageExceeded       = 10047
)

// noSpace is in what the server says of a write that its disk had no room for.
const noSpace = "no space left"

// refusedWithin is how long it may take to ask why a message wasn't acknowledged.
const refusedWithin = time.Second

// refused marks the failure of a publication as that of a full disk where it is one. The server doesn't answer a message that
// its disk had no room for, nor any after it, so that it is asked about the stream, where that is known.
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

// nothing is a subject that no stream of ours has a message of.
const nothing = "larder.room"

// Room gives an error that is a fulldisk.Err where a stream has met a full disk. It takes no message until the server was
// started again, also when there is room.
func (c *Conn) Room(ctx context.Context, stream string) error {
	// A stream that can't write can't remove either, and says why, also where there is nothing to remove.
	_, err := c.Purge(ctx, stream, nothing)
	if hasNoRoom(err) {
		return fmt.Errorf("%w: %w", fulldisk.Err, err)
	}
	return err
}
