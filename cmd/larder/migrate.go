package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/postgres"
	"larder.dev/internal/postgresroles"
	"larder.dev/operate"
)

// migrateCommand migrates the databases to this version's schema, and grants the components' roles
// what they need. A database that is newer than this program is refused and left unchanged.
type migrateCommand struct {
	rolePasswords
	EndOthers bool `help:"Of those roles let nobody in by the login that isn't named: the last step of a change of passwords."`
}

func (c migrateCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	passwords, err := c.byLogin()
	if err != nil {
		return err
	}
	larder, err := connect(ctx, s, con, log, stores.Postgres, stores.Backup)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	all := s.databases(larder.Addresses, passwords)
	if err := migrate(ctx, all, log); err != nil {
		return err
	}
	if c.EndOthers {
		if err := endOthers(ctx, all); err != nil {
			return err
		}
	}
	fmt.Fprintln(con.out, "both databases have this version's schema")
	return nil
}

func endOthers(ctx context.Context, all []database) error {
	for _, database := range all {
		if len(database.roles) == 0 {
			return usageError{"LARDER_ROLE_PASSWORDS has to say which logins stay, and the databases have to be servers"}
		}
		if err := postgresroles.EndOthers(ctx, database.url, slices.Sorted(maps.Keys(database.roles))); err != nil {
			return fmt.Errorf("%s: %w", database.name, err)
		}
	}
	return nil
}

// migrateWhenThere migrates each database to this version's schema once it is reachable: one that
// is down delays no other, nor next, which begins once each was tried.
func migrateWhenThere(ctx context.Context, all []database, log *slog.Logger, next func(ctx context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	var tried sync.WaitGroup
	for _, database := range all {
		tried.Add(1)
		group.Go(func() error {
			try := sync.OnceFunc(tried.Done)
			defer try()
			return operate.Until(ctx, databasePoll, func() (bool, error) {
				defer try()
				err := database.migrate(ctx, log)
				if postgres.Unavailable(err) && ctx.Err() == nil {
					return false, nil // a database that is down is logged by its check
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

// migrate migrates both databases to this version's schema. The backup has the same one, so that it
// can take over as it is.
func migrate(ctx context.Context, all []database, log *slog.Logger) error {
	for _, database := range all {
		if err := database.migrate(ctx, log); err != nil {
			return err
		}
	}
	return nil
}

// database is one of the two with this schema.
type database struct {
	name, url string
	roles     map[string]string // roles to create there, with their passwords; nil for none
}

// databases returns both. Roles are only created on servers: the embedded one has its own.
func (s *settings) databases(a stores.Addresses, roles map[string]string) []database {
	primary, backup := database{name: "the database", url: a.PostgresURL}, database{name: "the backup database", url: a.BackupPostgresURL}
	if s.PostgresURL != "" {
		primary.roles = roles
	}
	if s.BackupPostgresURL != "" {
		backup.roles = roles
	}
	return []database{primary, backup}
}

func (d database) migrate(ctx context.Context, log *slog.Logger) error {
	if len(d.roles) > 0 {
		if err := postgresroles.Make(ctx, d.url, d.roles); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	if err := commandapi.Migrate(ctx, d.url, log); err != nil {
		return fmt.Errorf("%s: %w", d.name, err)
	}
	return nil
}
