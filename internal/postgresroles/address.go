package postgresroles

import (
	"errors"
	"net/url"
)

// errAddress doesn't quote the address: it contains the owner's password.
var errAddress = errors.New("a role's address is made of the owner's, which must look like postgres://user:password@host:5432/database")

// Address returns a database's address for one of the roles, derived from its owner's; "" for "".
func Address(owners, role, password string) (string, error) {
	if owners == "" {
		return "", nil
	}
	address, err := url.Parse(owners)
	if err != nil || address.Scheme == "" {
		return "", errAddress
	}
	address.User = url.UserPassword(role, password)
	query := address.Query()
	// Parameters with these names override what precedes the host.
	query.Del("user")
	query.Del("password")
	address.RawQuery = query.Encode()
	return address.String(), nil
}
