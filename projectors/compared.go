package projectors

import (
	"context"
	"fmt"
	"time"

	"larder.dev/internal/jetstream"
)

// followPause is the pause between reads of the stream while a new view is compared.
const followPause = 200 * time.Millisecond

// Candidate is a view that is built but doesn't serve yet. It is kept up to date during the
// comparison.
type Candidate interface {
	Inventory

	// Position returns the sequence up to which the view has every event.
	Position(ctx context.Context) (uint64, error)
}

// Compare checks a view before it replaces the serving one. Its error cancels the rebuild.
type Compare func(ctx context.Context, candidate Candidate) error

// candidate is the new view of a replay.
type candidate struct {
	Inventory
	replay *replay
}

func (b candidate) Position(context.Context) (uint64, error) { return b.replay.followed.Load(), nil }

// compared runs the comparison and keeps applying new events meanwhile.
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
			<-verdict //nolint:errcheck // it failed because the view ended
			return err
		}
		p.followed.Store(p.last)
	}
}
