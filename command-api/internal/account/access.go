package account

import (
	"context"
	"fmt"

	"larder.dev/events"
)

// Access is what an account may do beyond its own recipes.
type Access struct {
	Admin   bool
	Grocery bool
}

// Grant gives a user access and returns the changed account. It takes effect in the user's sessions
// at once.
func (u *Users) Grant(ctx context.Context, name string, access Access) (events.User, error) {
	return u.setAccess(ctx, name, access, true)
}

// Revoke removes access from a user and returns the changed account. It takes effect in the user's
// sessions at once.
func (u *Users) Revoke(ctx context.Context, name string, access Access) (events.User, error) {
	return u.setAccess(ctx, name, access, false)
}

func (u *Users) setAccess(ctx context.Context, name string, access Access, to bool) (events.User, error) {
	user, err := u.find(ctx, name)
	if err != nil {
		return events.User{}, err
	}
	changed, err := u.store.ChangeUser(ctx, user.ID, func(user *events.User) {
		if access.Admin {
			user.Admin = to
		}
		if access.Grocery {
			user.Grocery = to
		}
	})
	if err != nil {
		return events.User{}, err
	}
	// Refresh even if nothing changed: this may be a retry after Redis was down.
	if _, err := u.sessions.Refresh(ctx, Identity(changed)); err != nil {
		return events.User{}, fmt.Errorf("the change is made, but not in the sessions, so make it again: %w", err)
	}
	return changed.User, nil
}
