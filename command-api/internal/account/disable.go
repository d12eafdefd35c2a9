package account

import (
	"context"

	"larder.dev/events"
)

// Disable blocks a user's logins and ends their sessions. Their data stays.
func (u *Users) Disable(ctx context.Context, name string) error {
	user, err := u.Find(ctx, name)
	if err != nil {
		return err
	}
	return u.changeEndingSessions(ctx, user.ID, func(user *events.User) { user.Disabled = true })
}

// Enable lets a disabled user log in again.
func (u *Users) Enable(ctx context.Context, name string) error {
	user, err := u.Find(ctx, name)
	if err != nil {
		return err
	}
	_, err = u.store.ChangeUser(ctx, user.ID, func(user *events.User) { user.Disabled = false })
	return err
}
