package main

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
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
