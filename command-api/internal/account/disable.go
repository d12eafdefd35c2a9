package account

import (
	"context"

	"larder.dev/events"
)

// Disable keeps a user out: no login, and no session from now on. Everything of theirs stays.
func (u *Users) Disable(ctx context.Context, name string) error {
	user, err := u.Find(ctx, name)
	if err != nil {
		return err
	}
	return u.changeEndingSessions(ctx, user.ID, func(user *events.User) { user.Disabled = true })
}

// Enable lets a disabled user in again.
func (u *Users) Enable(ctx context.Context, name string) error {
	user, err := u.Find(ctx, name)
	if err != nil {
		return err
	}
	_, err = u.store.ChangeUser(ctx, user.ID, func(user *events.User) { user.Disabled = false })
	return err
}
