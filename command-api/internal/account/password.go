package account

import (
	"context"

	"larder.dev/events"
)

// SetPassword sets a user's password and ends their sessions.
func (u *Users) SetPassword(ctx context.Context, name, password string) error {
	user, err := u.Find(ctx, name)
	if err != nil {
		return err
	}
	hash, err := u.hash(ctx, user.Name, password)
	if err != nil {
		return err
	}
	return u.changeEndingSessions(ctx, user.ID, func(user *events.User) { user.PasswordHash = hash })
}
