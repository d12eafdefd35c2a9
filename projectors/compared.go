package projectors

import (
	"context"
	"fmt"
	"time"

	"larder.dev/internal/jetstream"
)

// followPause is how long a new view rests between two readings of the stream while it is compared.
const followPause = 200 * time.Millisecond

// Candidate is a view that is built and doesn't serve yet. It is kept up to date for as long as it is looked at.
type Candidate interface {
	Inventory

	// Position gives the sequence up to which the view has every event.
	Position(ctx context.Context) (uint64, error)
}

// Compare looks at a view before it takes the place of the one that serves. An error of it gives the rebuild up.
type Compare func(ctx context.Context, candidate Candidate) error

// built is the new view of a replay.
type candidate struct {
	Inventory
	replay *replay
}

func (b candidate) Position(context.Context) (uint64, error) { return b.replay.followed.Load(), nil }

// compared asks what is to be thought of the new view, and brings it what comes in meanwhile.
func (p *replay) compared(ctx context.Context, compare Compare) error {
	inventory, ok := p.target.(Inventory)
	if compare == nil || !ok {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p.followed.Store(p.last)
	verdict := make(chan error, 1)
	go func() { verdict <- compare(ctx, candidate{inventory, p}) }()
	for {
		select {
		case err := <-verdict:
			if err != nil {
				return fmt.Errorf("compare the new view: %w", err)
			}
			return nil
		case <-time.After(followPause):
		}
		if err := p.read(ctx, jetstream.ReadStart{Sequence: p.last + 1}); err != nil {
			cancel()
			<-verdict //nolint:errcheck // it ended for the lack of a view
			return err
		}
		p.followed.Store(p.last)
	}
}
