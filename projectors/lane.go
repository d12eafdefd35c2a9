package projectors

import (
	"context"
	"hash/fnv"

	"larder.dev/events"
)

// lane is a queue of messages that are applied in order. All of one user's go to the same lane.
type lane struct {
	in    chan *item
	batch int
}

// newLanes makes queues with room for all that may be held, so that filling one never blocks the others.
func newLanes(spec Spec) []*lane {
	lanes := make([]*lane, spec.Lanes)
	for i := range lanes {
		lanes[i] = &lane{in: make(chan *item, heldMessages), batch: spec.Batch}
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
// context has ended. It never waits for a batch to fill, since that would add to the lag of a quiet stream.
func (l *lane) take(ctx context.Context) []*item {
	var batch []*item
	select {
	case it := <-l.in:
		batch = append(batch, it)
	case <-ctx.Done():
		return nil
	}
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
