package redis

import (
	"context"
	"errors"

	goredis "github.com/redis/go-redis/v9"
)

// Advance writes small values so that each key's newest stays, without a script: it swaps the value
// in, and puts the old one back if it was newer. In that rare case an older value is briefly
// visible, which SetNewer never allows; but Advance costs a tenth of it on the embedded server, and
// writes wait for it. Values have SetNewer's conditions.
func (c *Client) Advance(ctx context.Context, values []Versioned) error {
	for len(values) > 0 {
		replaced, err := c.swap(ctx, values)
		if err != nil {
			return err
		}
		values = newerOnes(values, replaced)
	}
	return nil
}

// swap writes all values in one round trip and returns what they replaced.
func (c *Client) swap(ctx context.Context, values []Versioned) ([]string, error) {
	pipe := c.rdb.Pipeline()
	commands := make([]*goredis.StatusCmd, len(values))
	for i, v := range values {
		if err := v.check(); err != nil {
			return nil, err
		}
		commands[i] = pipe.SetArgs(ctx, v.Key, v.Value, goredis.SetArgs{TTL: v.TTL, Get: true})
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, goredis.Nil) {
		return nil, failed("advance, first", values[0].Key, err)
	}
	replaced := make([]string, len(values))
	for i, command := range commands {
		text, err := command.Result()
		if err != nil && !errors.Is(err, goredis.Nil) {
			return nil, failed("advance", values[i].Key, err)
		}
		replaced[i] = text
	}
	return replaced, nil
}

// newerOnes returns what was wrongly replaced. Since every writer restores newer values, the newest
// remains when the last writer is done.
func newerOnes(written []Versioned, replaced []string) []Versioned {
	var back []Versioned
	for i, text := range replaced {
		version := versionOf(text)
		if version > written[i].Version {
			back = append(back, Versioned{Key: written[i].Key, Version: version, Value: []byte(text), TTL: written[i].TTL})
		}
	}
	return back
}
