package main

import (
	"context"
	"fmt"
	"log/slog"
)

// migrateCommand brings the databases to this version's schema. A database that is newer than this program
// is refused and left as it is.
type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	work, err := enter(ctx, s, con, log)
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
