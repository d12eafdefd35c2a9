package redis

import (
	"context"
	"net"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"larder.dev/internal/fulldisk"
)

// refusesToKeep begins the answer of a server that can't put writes on its disk, which for as long as that lasts it gives to
// every write.
const refusesToKeep = "MISCONF"

func isFull(err error) bool { return err != nil && strings.Contains(err.Error(), refusesToKeep) }

// fullHook sees the answers, and keeps which of them say that the disk has no room.
type fullHook struct{ mark *fulldisk.Mark }

// DialHook is go-redis'.
func (fullHook) DialHook(next goredis.DialHook) goredis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

// ProcessHook is go-redis'.
func (h fullHook) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		err := next(ctx, cmd)
		h.note(err)
		return err
	}
}

// ProcessPipelineHook is go-redis'.
func (h fullHook) ProcessPipelineHook(next goredis.ProcessPipelineHook) goredis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []goredis.Cmder) error {
		err := next(ctx, cmds)
		h.note(err)
		for _, cmd := range cmds {
			h.note(cmd.Err())
		}
		return err
	}
}

func (h fullHook) note(err error) {
	if isFull(err) {
		h.mark.Note(failed("keep a write", "", err))
	}
}

// WatchRoom keeps in mark, from here on, whether the server refuses for want of space.
func (c *Client) WatchRoom(mark *fulldisk.Mark) { c.rdb.AddHook(fullHook{mark}) }

// Room gives an error that is a fulldisk.Err where the server takes no writes for want of space. It deletes the key, which
// is one that is never there, and is refused like any other write.
func (c *Client) Room(ctx context.Context, key string) error {
	return failed("look for room by", key, c.rdb.Del(ctx, key).Err())
}

// SomeRoom is Room without a write: a server that keeps everything on its disk says so to this, too. The embedded one doesn't.
func (c *Client) SomeRoom(ctx context.Context) error {
	return failed("look for room", "", c.rdb.Ping(ctx).Err())
}
