package main

import (
	"fmt"
	"strings"

	"larder.dev/internal/postgresroles"
)

// rolePasswords are the flags of commands that create components' roles, or log in as them.
type rolePasswords struct {
	RolePasswords map[string]string `env:"LARDER_ROLE_PASSWORDS" placeholder:"NAME=TEXT;..." help:"Roles of components to make."`
}

// byLogin returns the passwords by database login. A component's second login has the suffix "_2".
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
