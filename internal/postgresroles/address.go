package postgresroles

import (
	"errors"
	"net/url"
)

// errAddress doesn't quote the address: the owner's password is in it.
var errAddress = errors.New("a role's address is made of the owner's, which must look like postgres://user:password@host:5432/database")

// Address gives the address of a database for one of the roles, from that of its owner; "" of "".
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
	// Parameters of that name win over what stands before the host.
	query.Del("user")
	query.Del("password")
	address.RawQuery = query.Encode()
	return address.String(), nil
}
