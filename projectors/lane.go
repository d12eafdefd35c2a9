package projectors

import (
	"context"
	"hash/fnv"
	"time"

	"larder.dev/events"
)

// lane is a queue of messages that are applied in order. All of one user's go to the same lane.
type lane struct {
	in    chan *item
	batch int
	every time.Duration
	last  time.Time // when the last batch was given out
}

// newLanes makes queues with room for all that may be held, so that filling one never blocks the others.
func newLanes(spec Spec) []*lane {
	lanes := make([]*lane, spec.Lanes)
	for i := range lanes {
		lanes[i] = &lane{in: make(chan *item, heldMessages), batch: spec.Batch, every: spec.Every}
	}
	return lanes
}

// laneOf gives the lane of a subject's owner. A subject without one is parked, on whatever lane.
func laneOf(lanes []*lane, subject string) *lane {
	owner, err := events.OwnerOf(subject)
	if err != nil {
		owner = subject
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(owner))
	return lanes[sum.Sum32()%uint32(len(lanes))]
}

// take waits for a message and gives it with those that wait behind it, up to a batch; nil when the
// context has ended. After a rest it gives what there is at once, since waiting for a batch to fill would
// add to the lag of a quiet stream. Within spec.Every of the last batch it waits for the rest of that time,
// or until the batch is full. Only one goroutine may take.
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

// fill adds to a batch until the time for the next one has come.
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
