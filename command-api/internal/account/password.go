package account

import (
	"context"
	"fmt"
	"time"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/identity"
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

// PasswordChange is a user's change of their own password.
type PasswordChange struct {
	User     string // the id
	Token    string // of the session that goes on
	Old, New string
	Address  string // the caller's
	Device   string // the device token from an earlier login
}

// ChangePassword changes a user's own password and ends their other sessions. If it was changed to
// the new one already, it only does the rest, so a request whose answer was lost can be repeated. It
// returns the device token for the next login. The caller's errors are ErrRefused for a wrong old
// password, ErrWeakPassword and *identity.TooManyAttempts: guesses count like failed logins.
func (u *Users) ChangePassword(ctx context.Context, logins *identity.Logins, change PasswordChange) (device string, err error) {
	user, err := u.store.UserByID(ctx, change.User)
	if err != nil {
		return "", err
	}
	is := func(password string) (right bool, err error) {
		_, right, err = logins.Check(ctx, identity.Attempt{
			Name: Key(user.Name), Address: change.Address, Device: change.Device, Password: password, Hash: user.PasswordHash,
		})
		return right, err
	}
	right, err := is(change.Old)
	if err != nil {
		return "", err
	}
	if !right {
		if right, err = is(change.New); err == nil && !right {
			err = ErrRefused
		}
		if err != nil {
			return "", err
		}
		return identity.NewDevice(user.PasswordHash, time.Now()), u.endOtherSessions(ctx, change.Token, user)
	}
	hash, err := u.hash(ctx, user.Name, change.New)
	if err != nil {
		return "", err
	}
	// As in changeEndingSessions, before the change and after it.
	if _, err := u.sessions.EndOthers(ctx, change.User, change.Token); err != nil {
		return "", fmt.Errorf("nothing was changed: %w", err)
	}
	was := user.PasswordHash
	changed, err := u.store.ChangeUser(ctx, change.User, func(now *events.User) {
		if now.PasswordHash == was { // else somebody changed it meanwhile, who may not have known this one
			now.PasswordHash = hash
		}
	})
	if err != nil {
		return "", err
	}
	if changed.PasswordHash != hash {
		return "", ErrRefused
	}
	return identity.NewDevice(hash, time.Now()), u.endOtherSessions(ctx, change.Token, changed)
}

func (u *Users) endOtherSessions(ctx context.Context, token string, user recipestore.Account) error {
	err := u.sessions.Continue(ctx, token, Identity(user))
	if err == nil {
		_, err = u.sessions.EndBegunBefore(ctx, Identity(user))
	}
	if err != nil {
		return fmt.Errorf("the password is changed, but another session may be left, so change it again: %w", err)
	}
	return nil
}
