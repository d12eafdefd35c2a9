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
}
