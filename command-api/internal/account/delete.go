package account

import (
	"context"
	"fmt"

	"larder.dev/events"
)

// Delete ends a user's sessions, removes every row of theirs from the database, and leaves one event that
// tells the backup. Its marks of writes go too. It gives the account as it was. What the stream and the views have of the user is not
// in its reach: see Ledger.IsPublished.
func (u *Users) Delete(ctx context.Context, name string) (events.User, error) {
	user, err := u.Find(ctx, name)
	if err != nil {
		return events.User{}, err
	}
	if err := u.deleteEndingSessions(ctx, user.ID); err != nil {
		return user, err
	}
	// The account is gone, so a failure here is no reason to say that it isn't: marks lapse by themselves.
	_, _ = u.marks.Erase(ctx, user.ID)
	return user, nil
}

// deleteEndingSessions ends the sessions before and after, as changeEndingSessions does. No later change of the account
// can let anybody in.
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

// Unpublished counts the events of a user that the relay hasn't brought to the stream.
func (u *Users) Unpublished(ctx context.Context, id string) (int64, error) {
	return u.store.UnpublishedOf(ctx, id)
}
