package main

import (
	"context"
	"fmt"
	"log/slog"

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

// migrateWhenThere waits for the databases as long as they are away, then brings them to this version's schema.
func migrateWhenThere(ctx context.Context, a stores.Addresses, log *slog.Logger) error {
	return settled(ctx, databasePoll, func() (bool, error) {
		err := migrate(ctx, a, log)
		if postgres.Unavailable(err) && ctx.Err() == nil {
			return false, nil // what is away has a line in the log by the check of it
		}
		return err == nil, err
	})
}

// migrate brings both databases to this version's schema. The backup has the same one, so that it can take
// over as it is.
func migrate(ctx context.Context, a stores.Addresses, log *slog.Logger) error {
	if err := commandapi.Migrate(ctx, a.PostgresURL, log); err != nil {
		return fmt.Errorf("the database: %w", err)
	}
	if err := commandapi.Migrate(ctx, a.BackupPostgresURL, log); err != nil {
		return fmt.Errorf("the backup database: %w", err)
	}
	return nil
}
