package redis

import (
	"context"
	"strings"
)

// scanCount is how many keys the server looks at for one answer. More would hold it up.
const scanCount = 1000

// DeletePrefix drops every key that starts with prefix, and gives how many there were. It walks the
// whole key space a piece at a time, so it is for an operator's work and not for a request. Keys that
// are written meanwhile may stay.
func (c *Client) DeletePrefix(ctx context.Context, prefix string) (int, error) {
	deleted := 0
	err := c.scan(ctx, prefix, func(keys []string) error {
		n, err := c.Del(ctx, keys...)
		deleted += n
		return err
	})
	return deleted, err
}

// CountPrefix gives how many keys start with prefix. What is said of DeletePrefix holds here too.
func (c *Client) CountPrefix(ctx context.Context, prefix string) (int, error) {
	seen := map[string]struct{}{} // a scan may give a key twice
	err := c.scan(ctx, prefix, func(keys []string) error {
		for _, key := range keys {
			seen[key] = struct{}{}
		}
		return nil
	})
	return len(seen), err
}

// KeysPage gives some keys that start with prefix, and the cursor for the next; it begins and ends with cursor 0. A page
// may be empty, and a key come twice. What is said of DeletePrefix holds here too.
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

// escapePattern makes a prefix stand for itself in a glob pattern.
func escapePattern(prefix string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`).Replace(prefix)
}
