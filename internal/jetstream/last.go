package jetstream

import (
	"context"
	"errors"
	"fmt"

	"github.com/synadia-io/orbit.go/jetstreamext"
)

// lastAtOnce is how many subjects one request may name; the server's limit is 1,024.
const lastAtOnce = 500

// LastOf returns the last message of each subject that has one, by subject, in few requests.
// Wildcards aren't allowed.
func (c *Conn) LastOf(ctx context.Context, stream string, subjects []string) (map[string]Message, error) {
	found := make(map[string]Message, len(subjects))
	for len(subjects) > 0 {
		some := subjects[:min(lastAtOnce, len(subjects))]
		subjects = subjects[len(some):]
		if err := c.lastOf(ctx, stream, some, found); err != nil {
			return nil, fmt.Errorf("read the last messages of %d subjects of stream %s: %w", len(some), stream, err)
		}
		// The server truncates large answers, so ask for the missing ones singly.
		for _, subject := range some {
			if _, ok := found[subject]; ok {
				continue
			}
			msg, ok, err := c.Last(ctx, stream, subject)
			if err != nil {
				return nil, err
			}
			if ok {
				found[subject] = msg
			}
		}
	}
	return found, nil
}

func (c *Conn) lastOf(ctx context.Context, stream string, subjects []string, into map[string]Message) error {
	ctx, done := c.apiRequest(ctx, stream)
	defer done()
	if _, err := c.stream(ctx, stream); err != nil {
		return explain(ctx, notFound(err))
	}
	messages, err := jetstreamext.GetLastMsgsFor(ctx, c.js, stream, subjects)
	if err != nil {
		return explain(ctx, err)
	}
	for raw, err := range messages {
		if errors.Is(err, jetstreamext.ErrNoMessages) {
			return nil
		}
		if err != nil {
			return explain(ctx, err)
		}
		into[raw.Subject] = fromRaw(raw)
	}
	return nil
}
