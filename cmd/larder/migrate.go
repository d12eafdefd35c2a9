package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"golang.org/x/sync/errgroup"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/postgres"
)

// migrateCommand brings the databases to this version's schema. A database that is newer than this program
// is refused and left as it is.
type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	work, err := enter(ctx, s, con, log, stores.Postgres, stores.Backup)
	if err != nil {
		return err
	}
	defer closing(&err, work.leave)
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
