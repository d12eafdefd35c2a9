package account

import (
	"context"

	"larder.dev/internal/identity"
)

// Sessions gives the sessions of a user, the latest login first.
func (u *Users) Sessions(ctx context.Context, name string) ([]identity.Session, error) {
	user, err := u.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	return u.sessions.List(ctx, user.ID)
}

// EndSession ends the session of a user with an id that Sessions gave, or gives identity.ErrNoSession.
func (u *Users) EndSession(ctx context.Context, name, id string) error {
	user, err := u.Find(ctx, name)
	if err != nil {
		return err
	}
	return u.sessions.EndOne(ctx, user.ID, id)
}

// EndSessions ends every session of a user, and gives how many there were.
func (u *Users) EndSessions(ctx context.Context, name string) (int, error) {
	user, err := u.Find(ctx, name)
	if err != nil {
		return 0, err
	}
	return u.sessions.EndAll(ctx, user.ID)
}
