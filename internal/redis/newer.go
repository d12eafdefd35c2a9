package redis

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Versioned is a value with its version. Value starts with the version in decimal and a space, so
// that the server can compare without reading the rest.
type Versioned struct {
	Key     string
	Version int64
	Value   []byte
	TTL     time.Duration
	Again   bool // also replaces an equal version
}

// newerChunk bounds how long one script blocks the server.
const newerChunk = 128

// newerScript writes each key whose version is greater than the server's, or equal with Again.
// Comparing and writing in one script makes it safe: between a separate read and write another
// writer could slip in, and a stale value would stay. GETRANGE reads only the version, not a value
// of up to a megabyte.
const newerScript = `
local written = 0
for i, key in ipairs(KEYS) do
  local version = tonumber(ARGV[i * 4 - 3])
  local have = tonumber(string.match(redis.call('GETRANGE', key, 0, 20), '^(%d+) ') or '-1')
  if version > have or (version == have and ARGV[i * 4] == '1') then
    redis.call('SET', key, ARGV[i * 4 - 2], 'PX', ARGV[i * 4 - 1])
    written = written + 1
  end -- of what is newer
end
return written
`

// SetNewer writes each value that is newer than the server's (or as new, with Again), and returns
// how many it wrote. Applying the same values again, in any order, gives the same state. TTL must
// be positive, and a version must be under 2^53 (numbers in the script are doubles).
func (c *Client) SetNewer(ctx context.Context, values []Versioned) (int, error) {
	written := 0
	for len(values) > 0 {
		chunk := values[:min(newerChunk, len(values))]
		values = values[len(chunk):]
		n, err := c.setNewerChunk(ctx, chunk)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func (c *Client) setNewerChunk(ctx context.Context, values []Versioned) (int, error) {
	keys := make([]string, 0, len(values))
	args := make([]any, 0, 4*len(values))
	for _, v := range values {
		if err := v.check(); err != nil {
			return 0, err
		}
		keys = append(keys, v.Key)
		again := 0
		if v.Again {
			again = 1
		}
		args = append(args, v.Version, v.Value, v.TTL.Milliseconds(), again)
	}
	n, err := c.newer.Run(ctx, c.rdb, keys, args...).Int()
	return n, failed("set newer values, first", keys[0], err)
}

// check refuses what the script would misread: it is the caller's bug, and would go unnoticed until
// a stale value is served.
func (v Versioned) check() error {
	if !bytes.HasPrefix(v.Value, append(strconv.AppendInt(nil, v.Version, 10), ' ')) {
		return fmt.Errorf("set %s: the value doesn't start with its version %d and a space", v.Key, v.Version)
	}
	if v.Version < 0 || v.Version >= 1<<53 {
		return fmt.Errorf("set %s: version %d is out of range", v.Key, v.Version)
	}
	if v.TTL < time.Millisecond {
		return fmt.Errorf("set %s: a time to live of %s is too short", v.Key, v.TTL)
	}
	return nil
}

// versionOf parses the version at the beginning of a value, -1 if there is none.
func versionOf(value string) int64 {
	digits, _, found := strings.Cut(value, " ")
	version, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil {
		return -1
	}
	return version
}
