package redis

import (
	"context"
	"errors"

	goredis "github.com/redis/go-redis/v9"
)

// Advance writes small values so that the newest of each key stays, without a script: it swaps the value
// in, looks at what was there, and puts that back where it was newer. In that rare case an older value
// stands for a moment, which SetNewer never lets happen; but it costs a tenth of it on the embedded
// server, and a write pays it on its way. The conditions on the values are those of SetNewer.
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

// swap writes all values in one round trip and gives what they replaced.
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

// newerOnes gives what was replaced wrongly. With every writer putting back what was newer, the newest
// is what stays when the last of them is done.
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
