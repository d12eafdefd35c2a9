// Package identity authenticates callers: passwords, sessions in Redis, and the check in front of
// every handler. Accounts are stored elsewhere; a session holds what a request needs.
package identity

// User is the caller's account, as its session knows it. Grocery means that the user may also use
// the grocery app.
type User struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Admin   bool   `json:"admin"`
	Grocery bool   `json:"grocery"`

	// Epoch and Version are the account state that this was read from. Each change of an account
	// takes the next version under the account's lock; a failover begins a new epoch, whose primary
	// may lack the previous epoch's last versions and reuse their numbers.
	Epoch   int64 `json:"epoch,omitempty"`
	Version int64 `json:"version,omitempty"`
}

// olderThan reports whether the account changed between u and other.
func (u User) olderThan(other User) bool {
	return u.Epoch < other.Epoch || u.Epoch == other.Epoch && u.Version < other.Version
}
