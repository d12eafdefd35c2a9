package redis

import (
	"context"
	"net"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"larder.dev/internal/fulldisk"
)

// refusesToKeep is the prefix of the error that a server answers to every write while it can't
// persist to disk.
const refusesToKeep = "MISCONF"

func isFull(err error) bool { return err != nil && strings.Contains(err.Error(), refusesToKeep) }

// fullHook watches answers, and records those that mean a full disk.
type fullHook struct{ mark *fulldisk.Mark }

// DialHook implements go-redis's hook.
func (fullHook) DialHook(next goredis.DialHook) goredis.DialHook {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		return next(ctx, network, address)
	}
}

// ProcessHook implements go-redis's hook.
func (h fullHook) ProcessHook(next goredis.ProcessHook) goredis.ProcessHook {
	return func(ctx context.Context, cmd goredis.Cmder) error {
		err := next(ctx, cmd)
		h.note(err)
		return err
	}
}

// ProcessPipelineHook implements go-redis's hook.
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

// WatchRoom records in mark, from here on, whether the server refuses writes for lack of space.
func (c *Client) WatchRoom(mark *fulldisk.Mark) { c.rdb.AddHook(fullHook{mark}) }

// Room returns an error that is a fulldisk.Err if the server refuses writes for lack of space. It
// deletes the key, which never exists, and is refused like any write.
func (c *Client) Room(ctx context.Context, key string) error {
	return failed("look for room by", key, c.rdb.Del(ctx, key).Err())
}

// SomeRoom is Room without a write: a server that persists everything refuses this too. The
// embedded one doesn't.
func (c *Client) SomeRoom(ctx context.Context) error {
	return failed("look for room", "", c.rdb.Ping(ctx).Err())
}
