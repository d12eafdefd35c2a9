package projectors

import (
	"context"
	"hash/fnv"
	"time"

	"larder.dev/events"
)

// lane is a queue of messages that are applied in order. All messages of a user go to the same
// lane.
type lane struct {
	in    chan *item
	batch int
	every time.Duration
	last  time.Time // when the last batch was returned
}

// newLanes returns queues that can each hold the maximum number of messages, so that a full lane
// never blocks the others.
func newLanes(spec Spec) []*lane {
	lanes := make([]*lane, spec.Lanes)
	for i := range lanes {
		lanes[i] = &lane{in: make(chan *item, heldMessages), batch: spec.Batch, every: spec.Every}
	}
	return lanes
}

// laneOf returns the lane of a subject's owner. A subject without an owner will be parked, so any
// lane does.
func laneOf(lanes []*lane, subject string) *lane {
	owner, err := events.OwnerOf(subject)
	if err != nil {
		owner = subject
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(owner))
	return lanes[sum.Sum32()%uint32(len(lanes))]
}

// take waits for a message and returns it with those queued behind it, up to a batch; nil if the
// context has ended. After a pause it returns at once, because waiting to fill a batch would add to
// a quiet stream's lag. Within spec.Every of the last batch it waits for the rest of that time, or
// until the batch is full. Only one goroutine may call it.
func (l *lane) take(ctx context.Context) []*item {
	var batch []*item
	select {
	case it := <-l.in:
		batch = append(batch, it)
	case <-ctx.Done():
		return nil
	}
	if batch = l.fill(ctx, batch); batch == nil {
		return nil
	}
	l.last = time.Now()
	for len(batch) < l.batch {
		select {
		case it := <-l.in:
			batch = append(batch, it)
		default:
			return batch
		}
	}
	return batch
}

// fill adds to a batch until the next one is due.
func (l *lane) fill(ctx context.Context, batch []*item) []*item {
	rest := l.every - time.Since(l.last)
	if rest <= 0 {
		return batch
	}
	due := time.NewTimer(rest)
	defer due.Stop()
	for len(batch) < l.batch {
		select {
		case it := <-l.in:
			batch = append(batch, it)
		case <-due.C:
			return batch
		case <-ctx.Done():
			return nil
		}
	}
	return batch
}
