// Package topology knows which of two databases is the primary. Each change of it is an epoch. A process learns of
// it from a bucket in NATS and from the databases themselves, and may write only as long as one of them confirms
// the epoch: whoever is cut off from all but an old primary stops before another takes over.
package topology

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"larder.dev/internal/jetstream"
)

// Side is one of the two databases.
type Side string

// The sides: A is the primary before the first failover.
const (
	A Side = "a"
	B Side = "b"
)

// Other is the side that this one isn't.
func (s Side) Other() Side {
	if s == A {
		return B
	}
	return A
}

// State is who is the primary, or, while Switching, who is about to be.
type State struct {
	Epoch     int64 `json:"epoch"`
	Primary   Side  `json:"primary"`
	Switching bool  `json:"switching"` // nobody may write
}

// Initial is the state before the first failover.
func Initial() State { return State{Primary: A} }

// newer tells whether s is what came after t: of one epoch the settled state comes last.
func (s State) newer(t State) bool {
	return s.Epoch > t.Epoch || (s.Epoch == t.Epoch && t.Switching && !s.Switching)
}

// Lease is how long a confirmed process may write, and Wait how long a failover waits where it can't fence the old
// primary: the difference is for clocks that run differently and for an answer under way. Wait is most of what a
// failover takes; a Lease holds several rounds of questions, so that one lost answer holds up nobody.
const (
	Lease = 3500 * time.Millisecond
	Wait  = 4 * time.Second
)

// ErrNotConfirmed is the error of a write in a process that doesn't know whether another primary took over.
var ErrNotConfirmed = errors.New("it isn't certain that this is still the primary")

// Source is one place that knows the state.
type Source struct {
	Name string
	// Confirms tells whether an answer of this state counts: the primary alone doesn't know that it was replaced.
	Confirms func(State) bool
	Ask      func(ctx context.Context) (State, error)
}

// The bucket that tells every process, and its one key.
const (
	Bucket = "CONTROL"
	key    = "primary"
)

// BucketSource asks the bucket. One that was never made says Initial: no failover has been begun.
func BucketSource(conn *jetstream.Conn) Source {
	return Source{
		Name:     "bucket",
		Confirms: func(State) bool { return true },
		Ask: func(ctx context.Context) (State, error) {
			value, found, err := conn.BucketValue(ctx, Bucket, key)
			if err != nil {
				return State{}, fmt.Errorf("ask the control bucket: %w", err)
			}
			if !found {
				return Initial(), nil
			}
			var state State
			if err := json.Unmarshal(value, &state); err != nil {
				return State{}, fmt.Errorf("read the control bucket: %w", err)
			}
			return state, nil
		},
	}
}

// Publish tells every process.
func Publish(ctx context.Context, conn *jetstream.Conn, state State) error {
	bucket, err := conn.EnsureBucket(ctx, Bucket)
	if err != nil {
		return err
	}
	value, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("write the state: %w", err)
	}
	return bucket.Put(ctx, key, value)
}
