package commandapi

import (
	"context"
	"io"

	"larder.dev/command-api/internal/backup"
	"larder.dev/command-api/internal/failback"
	"larder.dev/command-api/internal/recipestore"
)

// What a backup is told by.
type (
	// BackupProgress is how far a full copy has come, in users.
	BackupProgress = backup.Progress
	// BackupCopied is what a full copy has come to.
	BackupCopied = backup.Copied
	// BackupReport says how far the backup is behind, and whether it is the same otherwise.
	BackupReport = backup.Report
	// Dumped is what a dump has come to.
	Dumped = backup.Dumped
	// Restored is what a restore has come to.
	Restored = backup.Restored
)

// CopyBackup brings everything of every user from the primary to the backup, while both are written to.
// Interrupted, it goes on where it was. progress may be nil.
func CopyBackup(ctx context.Context, primary, to *recipestore.Pool, progress func(BackupProgress)) (BackupCopied, error) {
	return backup.Copy(ctx, primary, to, progress)
}

// OverwriteBackup is CopyBackup for a database that nobody else writes to: what it has and the primary lacks goes.
func OverwriteBackup(ctx context.Context, primary, to *recipestore.Pool, progress func(BackupProgress)) (BackupCopied, error) {
	return backup.Overwrite(ctx, primary, to, progress)
}

// VerifyBackup compares the backup with the primary.
func VerifyBackup(ctx context.Context, primary, copied *recipestore.Pool) (BackupReport, error) {
	return backup.Verify(ctx, primary, copied)
}

// Dump writes the whole database, as it is at one moment, in a format that RestoreDump reads. progress is told of
// rows and may be nil.
func Dump(ctx context.Context, pool *recipestore.Pool, to io.Writer, progress func(done, total int64)) (Dumped, error) {
	return backup.Dump(ctx, pool, to, progress)
}

// RestoreDump fills an empty database from a dump of the same or an earlier version. progress is told of rows and
// may be nil.
func RestoreDump(ctx context.Context, pool *recipestore.Pool, from io.Reader, progress func(rows int64)) (Restored, error) {
	return backup.Restore(ctx, pool, from, progress)
}

// Brought is what BringBack has brought in.
type Brought = failback.Brought

// BringBack brings what an old primary alone has, committed and not known to the one that took its place, into that
// one. A recipe that both have changed comes as a recipe of its own. Run again, it brings nothing twice.
func BringBack(ctx context.Context, old, primary *recipestore.Pool) (Brought, error) {
	return failback.Bring(ctx, old, primary)
}
