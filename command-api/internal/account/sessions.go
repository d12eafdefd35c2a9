package account

import (
	"context"

	"larder.dev/internal/identity"
)

// Sessions returns a user's sessions, latest login first.
func (u *Users) Sessions(ctx context.Context, name string) ([]identity.Session, error) {
	user, err := u.Find(ctx, name)
	if err != nil {
		return nil, err
	}
	return u.sessions.List(ctx, user.ID)
}

// EndSession ends one of a user's sessions, by an id from Sessions. It returns
// identity.ErrNoSession if there is none.
func (u *Users) EndSession(ctx context.Context, name, id string) error {
	user, err := u.Find(ctx, name)
	if err != nil {
		return err
	}
	return u.sessions.EndOne(ctx, user.ID, id)
}

// EndSessions ends all of a user's sessions and returns how many there were.
func (u *Users) EndSessions(ctx context.Context, name string) (int, error) {
	user, err := u.Find(ctx, name)
	if err != nil {
		return 0, err
	}
	return u.sessions.EndAll(ctx, user.ID)
}
