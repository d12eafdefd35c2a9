package topology

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrDisagree is the error of two databases of which one may have what the other doesn't know.
var ErrDisagree = errors.New("one of the two databases may have what the other doesn't know")

// Agree is nil where both databases can be asked and agree on which is the primary: what the other one has, it has from
// there. Else it is ErrDisagree: one of them is away, or was the primary and is still to be asked by a failback what it
// alone has. What can't be undone waits for it.
func Agree(ctx context.Context, primary, standby *pgxpool.Pool) error {
	epoch, role, err := ReadRole(ctx, primary)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDisagree, err)
	}
	otherEpoch, other, err := ReadRole(ctx, standby)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDisagree, err)
	}
	if epoch == otherEpoch && (role == Primary && other == Standby || role == Unset && other == Unset) {
		return nil
	}
	return fmt.Errorf("%w: they are %q in epoch %d and %q in epoch %d", ErrDisagree, role, epoch, other, otherEpoch)
}
