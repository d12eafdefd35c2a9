package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"larder.dev/cmd/larder/internal/stores"
	fileservice "larder.dev/file-service"
	"larder.dev/internal/datadir"
)

// shownKeys bounds the keys of each kind shown to a person; --json has them all.
const shownKeys = 10

// copyFiles is `backup run --files`.
func copyFiles(ctx context.Context, s *settings, con console, log *slog.Logger, dir string) error {
	// Create it even if there is nothing to copy yet: verify and restore treat a missing folder as
	// mistyped.
	if err := datadir.Make(dir); err != nil {
		return fmt.Errorf("copy the files: %w", err)
	}
	report, err := withFiles(ctx, s, con, log, "copy", dir, fileservice.FilesBackup.Run)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "%s: %d files, %d objects with %d bytes, %d of them copied now\n",
		dir, report.Files, report.Objects, report.Bytes, report.Copied)
	return judgeFiles(con, report)
}

// restoreFiles is `backup restore --files`.
func restoreFiles(ctx context.Context, s *settings, con console, log *slog.Logger, dir string) error {
	report, err := withFiles(ctx, s, con, log, "restore", dir, fileservice.FilesBackup.Restore)
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "%s: %d files, %d objects with %d bytes are in the store, %d of them put back now\n",
		dir, report.Files, report.Objects, report.Bytes, report.Copied)
	return judgeFiles(con, report)
}

// verifyFiles is `backup verify --files`.
func verifyFiles(ctx context.Context, s *settings, con console, log *slog.Logger, dir string, asJSON bool) error {
	report, err := withFiles(ctx, s, con, log, "verify", dir, fileservice.FilesBackup.Verify)
	if err != nil {
		return err
	}
	if asJSON {
		if err := printJSON(con, report); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(con.out, "%s: %d files, %d objects with %d bytes are the same by hash\n", dir, report.Files, report.Objects, report.Bytes)
	}
	return judgeFiles(con, report)
}

func withFiles(ctx context.Context, s *settings, con console, log *slog.Logger, verb, dir string,
	do func(fileservice.FilesBackup, context.Context) (fileservice.FilesReport, error),
) (report fileservice.FilesReport, err error) {
	larder, err := connect(ctx, s, con, log, stores.Postgres, stores.Objects)
	if err != nil {
		return report, err
	}
	defer closing(&err, larder.disconnect)
	pool, err := larder.Postgres(ctx)
	if err != nil {
		return report, err
	}
	objects, err := larder.Objects(ctx)
	if err != nil {
		return report, err
	}
	bar := newProgress(con.err, "files", "files")
	report, err = do(fileservice.FilesBackup{Pool: pool, Objects: objects, Dir: dir, Progress: bar.set}, ctx)
	if err != nil {
		bar.abandon()
		return report, fmt.Errorf("%s the files: %w", verb, err)
	}
	bar.finish()
	return report, nil
}

func judgeFiles(con console, report fileservice.FilesReport) error {
	for what, keys := range map[string][]string{
		"named by a recipe, and not in the store": report.Missing,
		"not in the copy":                         report.NotCopied,
		"of other bytes than their hash says":     report.Different,
	} {
		if len(keys) == 0 {
			continue
		}
		fmt.Fprintf(con.err, "%d %s:\n", len(keys), what)
		for key := range slices.Values(keys[:min(len(keys), shownKeys)]) {
			fmt.Fprintf(con.err, "  %s\n", key)
		}
	}
	if !report.Same() {
		return errors.New("the files and their copy are not the same")
	}
	return nil
}
