package main

import (
	"fmt"
	"strings"

	"larder.dev/internal/postgresroles"
)

// rolePasswords are the flags of what makes the components' roles on servers, and comes as them.
type rolePasswords struct {
	RolePasswords map[string]string `env:"LARDER_ROLE_PASSWORDS" placeholder:"NAME=TEXT;..." help:"Roles of components to make."`
}

// byLogin gives the passwords by the logins' names in the database. A component's second login has "_2" behind its name.
func (r rolePasswords) byLogin() (map[string]string, error) {
	passwords := map[string]string{}
	for name, password := range r.RolePasswords {
		login, ok := postgresroles.LoginOf(name)
		if !ok {
			return nil, usageError{fmt.Sprintf("%q has no role: there are %s", name, strings.Join(postgresroles.With(), ", "))}
		}
		if password == "" {
			return nil, usageError{fmt.Sprintf("the role of %s needs a password", name)}
		}
		passwords[login] = password
	}
	return passwords, nil
}
