package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/postgres"
	"larder.dev/internal/postgresroles"
)

// migrateCommand brings the databases to this version's schema, and lets the components' roles do what they need. A
// database that is newer than this program is refused and left as it is.
type migrateCommand struct {
	RolePasswords map[string]string `env:"LARDER_ROLE_PASSWORDS" placeholder:"NAME=TEXT;..." help:"Roles of components to make."`
}

// roles gives the passwords by the roles' names.
func (c migrateCommand) roles() (map[string]string, error) {
	passwords := map[string]string{}
	for component, password := range c.RolePasswords {
		role, ok := postgresroles.Of(component)
		if !ok {
			return nil, usageError{fmt.Sprintf("%q has no role: there are %s", component, strings.Join(postgresroles.With(), ", "))}
		}
		if password == "" {
			return nil, usageError{fmt.Sprintf("the role of %s needs a password", component)}
		}
		passwords[role.Name] = password
	}
	return passwords, nil
}

func (c migrateCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	passwords, err := c.roles()
	if err != nil {
		return err
	}
	work, err := enter(ctx, s, con, log, stores.Postgres, stores.Backup)
	if err != nil {
		return err
	}
	defer closing(&err, work.leave)
	if len(passwords) > 0 {
		for _, database := range databases(work.Addresses) {
			if err := postgresroles.Make(ctx, database.url, passwords); err != nil {
				return fmt.Errorf("%s: %w", database.name, err)
			}
		}
	}
	if err := migrate(ctx, work.Addresses, log); err != nil {
		return err
	}
	fmt.Fprintln(con.out, "both databases have this version's schema")
	return nil
}

// migrateWhenThere brings each database to this version's schema, once it is there: one that is away holds up no other,
// nor next, which begins when each was tried.
func migrateWhenThere(ctx context.Context, a stores.Addresses, log *slog.Logger, next func(ctx context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	var tried sync.WaitGroup
	for _, database := range databases(a) {
		tried.Add(1)
		group.Go(func() error {
			try := sync.OnceFunc(tried.Done)
			defer try()
			return settled(ctx, databasePoll, func() (bool, error) {
				defer try()
				err := database.migrate(ctx, log)
				if postgres.Unavailable(err) && ctx.Err() == nil {
					return false, nil // what is away has a line in the log by the check of it
				}
				return err == nil, err
			})
		})
	}
	group.Go(func() error {
		tried.Wait()
		return next(ctx)
	})
	return group.Wait()
}

// migrate brings both databases to this version's schema. The backup has the same one, so that it can take
// over as it is.
func migrate(ctx context.Context, a stores.Addresses, log *slog.Logger) error {
	for _, database := range databases(a) {
		if err := database.migrate(ctx, log); err != nil {
			return err
		}
	}
	return nil
}

// database is one of the two that have this schema.
type database struct{ name, url string }

func databases(a stores.Addresses) []database {
	return []database{{"the database", a.PostgresURL}, {"the backup database", a.BackupPostgresURL}}
}

func (d database) migrate(ctx context.Context, log *slog.Logger) error {
	if err := commandapi.Migrate(ctx, d.url, log); err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	return nil
}
