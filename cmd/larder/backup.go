package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/operate/backup"
)

type backupCommands struct {
	Run     backupRunCommand     `cmd:"" help:"Copy everything to the backup, or with --to into a file."`
	Verify  backupVerifyCommand  `cmd:"" help:"Say how far the backup is behind, and whether it is the same."`
	Restore backupRestoreCommand `cmd:"" help:"Fill an empty system from what run --to wrote, or put files back."`
}

// backupRunCommand is the periodic full copy. The replica keeps the backup current through events;
// this copies what no event carries, and repairs differences. Run again after an interruption, it
// resumes.
type backupRunCommand struct {
	To    string `placeholder:"FILE|s3://BUCKET/KEY" xor:"what" help:"Write a dump there instead; it is whole when it has its name."`
	Files string `type:"path" placeholder:"DIR" xor:"what" help:"Copy the files of recipes there instead."`
}

func (c backupRunCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	if c.Files != "" {
		return copyFiles(ctx, s, con, log, c.Files)
	}
	target, err := parseDumpTarget(c.To)
	if err != nil {
		return err
	}
	needs := append([]stores.Store{stores.Postgres}, target.needs()...)
	if c.To == "" {
		needs = append(needs, stores.Backup)
	}
	larder, err := connect(ctx, s, con, log, needs...)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	if c.To != "" {
		return c.dump(ctx, larder, con, target)
	}
	return copyToBackup(ctx, larder, con)
}

func copyToBackup(ctx context.Context, larder *connection, con console) error {
	primary, err := larder.Postgres(ctx)
	if err != nil {
		return err
	}
	to, err := larder.Backup(ctx)
	if err != nil {
		return err
	}
	mayWrite, err := larder.lease(ctx)
	if err != nil {
		return err
	}
	if err := mayWrite(); err != nil {
		return err
	}
	bar := newProgress(con.err, "backup", "users")
	copied, err := backup.Copy(ctx, primary, to, func(p backup.Progress) { bar.set(p.Done, p.Total) })
	if err != nil {
		bar.abandon()
		return fmt.Errorf("copy to the backup: %w", err)
	}
	bar.finish()
	if copied.Resumed {
		fmt.Fprintln(con.out, "this went on where an earlier run was interrupted")
	}
	fmt.Fprintf(con.out, "the backup has everything of %d users\n", copied.Users)
	return nil
}

func (c backupRunCommand) dump(ctx context.Context, larder *connection, con console, target dumpTarget) error {
	pool, err := larder.Postgres(ctx)
	if err != nil {
		return err
	}
	bar := newProgress(con.err, "dump", "rows")
	var dumped backup.Dumped
	err = target.write(ctx, larder, func(to io.Writer) (err error) {
		dumped, err = backup.Dump(ctx, pool, to, bar.set)
		return err
	})
	if err != nil {
		bar.abandon()
		return fmt.Errorf("write the dump to %s: %w", c.To, err)
	}
	bar.finish()
	fmt.Fprintf(con.out, "%s: %d rows, SHA-256 of its lines %s\n", c.To, dumped.Rows, dumped.SHA256)
	return nil
}

// backupVerifyCommand compares the two databases. It fails if they differ by more than pending
// events, or if those have been pending for too long.
type backupVerifyCommand struct {
	MaxLag time.Duration `placeholder:"DURATION" help:"Fail if the backup is further behind than this, such as 30s or 2h."`
	Files  string        `type:"existingdir" placeholder:"DIR" help:"Compare the files of recipes with their copies there instead, by hash."`
	JSON   bool          `name:"json" help:"As one JSON object."`
}

func (c backupVerifyCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	if c.Files != "" {
		return verifyFiles(ctx, s, con, log, c.Files, c.JSON)
	}
	larder, err := connect(ctx, s, con, log, stores.Postgres, stores.Backup)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	primary, err := larder.Postgres(ctx)
	if err != nil {
		return err
	}
	standby, err := larder.Backup(ctx)
	if err != nil {
		return err
	}
	report, err := backup.Verify(ctx, primary, standby)
	if err != nil {
		return fmt.Errorf("verify the backup: %w", err)
	}
	if c.JSON {
		err = printJSON(con, report)
	} else {
		_, err = io.WriteString(con.out, report.String())
	}
	if err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return c.judge(report)
}

func (c backupVerifyCommand) judge(report backup.Report) error {
	if !report.Same() {
		return fmt.Errorf("the backup differs from the primary for %d users: larder backup run mends it", report.DifferentAll)
	}
	if behind := time.Duration(report.SecondsBehind * float64(time.Second)); c.MaxLag > 0 && behind > c.MaxLag {
		return fmt.Errorf("the backup is %s behind, more than %s", behind.Round(100*time.Millisecond), c.MaxLag)
	}
	return nil
}

// backupRestoreCommand fills an empty system. The relay publishes what was restored, and the
// projections build their views from that.
type backupRestoreCommand struct {
	File  string `arg:"" optional:"" help:"A dump, or s3://BUCKET/KEY; - is standard input."`
	Files string `type:"existingdir" placeholder:"DIR" help:"Put the files of recipes back from there instead, where run --files put them."`
}

func (c backupRestoreCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	switch {
	case (c.File == "") == (c.Files == ""):
		return usageError{"backup restore needs either a dump or --files DIR"}
	case c.Files != "":
		return restoreFiles(ctx, s, con, log, c.Files)
	default:
		return c.restoreDump(ctx, s, con, log)
	}
}

func (c backupRestoreCommand) restoreDump(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	target, err := parseDumpTarget(c.File)
	if err != nil {
		return err
	}
	larder, err := connect(ctx, s, con, log, append([]stores.Store{stores.Postgres}, target.needs()...)...)
	if err != nil {
		return err
	}
	defer closing(&err, larder.disconnect)
	in, err := target.open(ctx, larder, con)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.File, err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	pool, err := larder.Postgres(ctx)
	if err != nil {
		return err
	}
	mayWrite, err := larder.lease(ctx)
	if err != nil {
		return err
	}
	if err := mayWrite(); err != nil {
		return err
	}
	bar := newProgress(con.err, "restore "+c.File, "rows")
	restored, err := backup.Restore(ctx, pool, in, func(rows int64) { bar.set(rows, rows) })
	if err != nil {
		bar.abandon()
		return fmt.Errorf("restore %s: %w", c.File, err)
	}
	bar.finish()
	if err := mayWrite(); err != nil {
		return fmt.Errorf("%s is restored, and may not count: %w", c.File, err)
	}
	fmt.Fprintf(con.out, "%d rows are restored; the views follow as the relay publishes them\n", restored.Rows)
	return nil
}
