package main

import (
	"fmt"
	"path/filepath"

	"larder.dev/internal/natsaccounts"
)

// natsAccountsCommand creates the accounts and credentials that NATS servers and our components
// need. It needs no store.
type natsAccountsCommand struct {
	Dir string `arg:"" placeholder:"DIR" help:"Where to; run again with the same one, it keeps the keys."`
}

func (c natsAccountsCommand) Run(con console) error {
	users, err := natsaccounts.Issue(c.Dir)
	if err != nil {
		return fmt.Errorf("write NATS accounts to %s: %w", c.Dir, err)
	}
	fmt.Fprintf(con.out, "for the servers: %s\n", filepath.Join(c.Dir, natsaccounts.ConfigFile))
	for _, user := range users {
		fmt.Fprintf(con.out, "for %s: %s\n", user.For, natsaccounts.CredsFile(c.Dir, user.Name))
	}
	return nil
}
