package account

import (
	"context"
	"fmt"

	"larder.dev/events"
)

// Delete ends a user's sessions, deletes all their rows and their write marks, and leaves one event
// that tells the backup. It returns the account as it was. It doesn't touch the stream or the
// views: see Ledger.IsPublished.
func (u *Users) Delete(ctx context.Context, name string) (events.User, error) {
	user, err := u.Find(ctx, name)
	if err != nil {
		return events.User{}, err
	}
	if err := u.deleteEndingSessions(ctx, user.ID); err != nil {
		return user, err
	}
	// The account is already gone, so don't report a failure here: marks expire on their own.
	_, _ = u.marks.Erase(ctx, user.ID)
	return user, nil
}

// deleteEndingSessions ends the sessions before and after, like changeEndingSessions. No later
// change to the account can let anyone in.
func (u *Users) deleteEndingSessions(ctx context.Context, id string) error {
	if _, err := u.sessions.EndAll(ctx, id); err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	if err := u.store.DeleteUser(ctx, id); err != nil {
		return err
	}
	if _, err := u.sessions.EndAll(ctx, id); err != nil {
		return fmt.Errorf("the user is deleted, but a session may be left until it lapses: %w", err)
	}
	return nil
}

// Unpublished counts a user's events that the relay hasn't published yet.
func (u *Users) Unpublished(ctx context.Context, id string) (int64, error) {
	return u.store.UnpublishedOf(ctx, id)
}
