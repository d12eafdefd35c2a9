package account

import (
	"context"

	"larder.dev/events"
)

// List returns all accounts, ordered by name.
func (u *Users) List(ctx context.Context) ([]events.User, error) {
	return u.store.Users(ctx)
}
