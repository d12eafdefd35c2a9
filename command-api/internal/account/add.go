package account

import (
	"context"

	"github.com/google/uuid"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
)

// New describes an account to add.
type New struct {
	Name     string
	Password string
	Admin    bool
	Grocery  bool
}

// Add creates an account and returns it. The caller's errors are ErrBadName, ErrWeakPassword,
// ErrNameTaken and ErrNameAlike.
func (u *Users) Add(ctx context.Context, n New) (events.User, error) {
	name, err := cleanName(n.Name)
	if err != nil {
		return events.User{}, err
	}
	hash, err := u.hash(ctx, name, n.Password)
	if err != nil {
		return events.User{}, err
	}
	if err := u.checkAlike(ctx, name); err != nil {
		return events.User{}, err
	}
	now := recipestore.Now()
	added := events.User{
		ID: uuid.NewString(), Name: name, PasswordHash: hash, Admin: n.Admin, Grocery: n.Grocery,
		Version: 1, CreatedAt: now, UpdatedAt: now,
	}
	return added, u.store.AddUser(ctx, added, Key(name))
}
