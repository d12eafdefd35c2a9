package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"larder.dev/internal/postgresroles"
)

// takeOverCommand gives databases owned by a superuser, as PostgreSQL's images create them, an
// ordinary owner.
type takeOverCommand struct{}

// Help returns what kong prints below the first line of --help.
func (takeOverCommand) Help() string {
	return "For servers that were set up before there were roles: the owner keeps its name and its password, and every address " +
		"stays right. The superuser is called postgres from then on and has no password: psql on the server's own machine, or " +
		"in its container, gets in. It works while everything serves, and does nothing where it isn't needed. Runbook: " +
		"deploy/runbooks/superuser.md."
}

func (takeOverCommand) Run(ctx context.Context, s *settings, con console, _ *slog.Logger) error {
	var given []postgresroles.Database
	for _, database := range []postgresroles.Database{
		{Name: "the database", URL: s.PostgresURL, MakesRoles: true},
		{Name: "the backup database", URL: s.BackupPostgresURL, MakesRoles: true},
		{Name: "the grocery app's database", URL: s.GroceryPostgresURL},
	} {
		if database.URL != "" {
			given = append(given, database)
		}
	}
	if len(given) == 0 {
		return usageError{"larder take-over is for servers: LARDER_POSTGRES_URL and its neighbours say where they are. " +
			"An embedded PostgreSQL is taken over at its start"}
	}
	taken, err := postgresroles.TakeOver(ctx, given...)
	for _, name := range taken {
		fmt.Fprintf(con.out, "%s has an owner who is no superuser\n", name)
	}
	if errors.Is(err, postgresroles.ErrServersOwn) {
		return usageError{err.Error()}
	}
	if err == nil && len(taken) == 0 {
		fmt.Fprintln(con.out, "no owner is a superuser")
	}
	return err
}
