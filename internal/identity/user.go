// Package identity answers who is asking: passwords, sessions in Redis, and the check that stands before
// every handler. Accounts themselves are kept elsewhere; a session has in it what a request needs.
package identity

// User is the account of the caller, as its session knows it. Grocery tells that the user also has
// access to the grocery app.
type User struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Admin   bool   `json:"admin"`
	Grocery bool   `json:"grocery"`

	// Epoch and Version are the state of the account that this was read from. Each change of an account takes the next
	// version under the account's lock; a failover begins a new epoch, whose primary may lack the last versions of the
	// one before and give their numbers again.
	Epoch   int64 `json:"epoch,omitempty"`
	Version int64 `json:"version,omitempty"`
}

// olderThan tells whether the account has changed between the two.
func (u User) olderThan(other User) bool {
	return u.Epoch < other.Epoch || u.Epoch == other.Epoch && u.Version < other.Version
}
