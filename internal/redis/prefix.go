package redis

import (
	"context"
	"strings"
)

// scanCount is how many keys the server scans per answer. More would block it.
const scanCount = 1000

// DeletePrefix deletes every key that starts with prefix, and returns how many there were. It scans
// the whole key space in steps, so it is for operators and not for requests. Keys written meanwhile
// may stay.
func (c *Client) DeletePrefix(ctx context.Context, prefix string) (int, error) {
	deleted := 0
	err := c.scan(ctx, prefix, func(keys []string) error {
		n, err := c.Del(ctx, keys...)
		deleted += n
		return err
	})
	return deleted, err
}

// CountPrefix returns how many keys start with prefix. The notes on DeletePrefix apply.
func (c *Client) CountPrefix(ctx context.Context, prefix string) (int, error) {
	seen := map[string]struct{}{} // a scan may return a key twice
	err := c.scan(ctx, prefix, func(keys []string) error {
		for _, key := range keys {
			seen[key] = struct{}{}
		}
		return nil
	})
	return len(seen), err
}

// KeysPage returns some keys that start with prefix, and the next cursor; it begins and ends with
// cursor 0. A page may be empty, and a key may repeat. The notes on DeletePrefix apply.
func (c *Client) KeysPage(ctx context.Context, prefix string, cursor uint64) (keys []string, next uint64, err error) {
	keys, next, err = c.rdb.Scan(ctx, cursor, escapePattern(prefix)+"*", scanCount).Result()
	return keys, next, failed("scan for", prefix, err)
}

func (c *Client) scan(ctx context.Context, prefix string, fn func(keys []string) error) error {
	var cursor uint64
	for {
		keys, next, err := c.KeysPage(ctx, prefix, cursor)
		if err != nil {
			return err
		}
		if err := fn(keys); err != nil {
			return err
		}
		if next == 0 {
			return nil
		}
		cursor = next
	}
}

// escapePattern makes a prefix literal in a glob pattern.
func escapePattern(prefix string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(prefix)
}
