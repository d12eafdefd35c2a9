package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// ErrNewerSchema means that a newer program has migrated the database.
var ErrNewerSchema = errors.New("the database is newer than this program")

// versionTable is goose's table of applied migrations.
const versionTable = "goose_db_version"

// lockSeconds is how long to wait for another program migrating the same database.
const lockSeconds = 120

// Migrate migrates the database at url to the newest version in migrations (goose files at the file
// system's root). Several programs may call it at once: one works, the others wait. For a database
// newer than migrations it returns ErrNewerSchema with both versions, and changes nothing.
func Migrate(ctx context.Context, url string, migrations fs.FS, log *slog.Logger) error {
	db, err := openSQL(url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	provider, err := newProvider(db, migrations)
	if err != nil {
		return err
	}
	if err := refuseNewer(ctx, db, newest(provider)); err != nil {
		return err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	for _, r := range results {
		log.InfoContext(ctx, "migrated the database", "version", r.Source.Version, "took", r.Duration.String())
	}
	// A newer program may have migrated it while this one waited for the lock.
	return refuseNewer(ctx, db, newest(provider))
}

// CheckSchema returns ErrNewerSchema for a database newer than migrations, and an error with both
// versions for an older one. It changes nothing.
func CheckSchema(ctx context.Context, url string, migrations fs.FS) error {
	db, err := openSQL(url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	provider, err := newProvider(db, migrations)
	if err != nil {
		return err
	}
	known := newest(provider)
	have, err := schemaVersion(ctx, db)
	if err != nil {
		return err
	}
	if have < known {
		return fmt.Errorf("the database is at version %d and this program needs %d: run larder migrate", have, known)
	}
	return newer(have, known)
}

func openSQL(url string) (*sql.DB, error) {
	config, err := parse(url)
	if err != nil {
		return nil, err
	}
	// Migrations may take long, so set no statement timeout.
	config.ConnectTimeout = defaultConnectTimeout
	config.RuntimeParams["application_name"] = "larder migrate"
	return stdlib.OpenDB(*config), nil
}

func newProvider(db *sql.DB, migrations fs.FS) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, lockSeconds))
	if err != nil {
		return nil, fmt.Errorf("prepare the lock of the migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true), goose.WithTableName(versionTable))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return provider, nil
}

func newest(provider *goose.Provider) int64 {
	version := int64(0)
	for _, source := range provider.ListSources() {
		version = max(version, source.Version)
	}
	return version
}

func refuseNewer(ctx context.Context, db *sql.DB, known int64) error {
	have, err := schemaVersion(ctx, db)
	if err != nil {
		return err
	}
	return newer(have, known)
}

func newer(have, known int64) error {
	if have <= known {
		return nil
	}
	return fmt.Errorf("%w: it is at version %d and this program knows %d: use the program that migrated it, or a later one",
		ErrNewerSchema, have, known)
}

// schemaVersion reads a database's version without creating goose's table, as goose itself would; 0
// for a database that was never migrated.
func schemaVersion(ctx context.Context, db *sql.DB) (int64, error) {
	var exists bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, versionTable).Scan(&exists); err != nil {
		return 0, fmt.Errorf("look for the version of the database: %w", err)
	}
	if !exists {
		return 0, nil
	}
	var version int64
	err := db.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM `+versionTable+` WHERE is_applied`).Scan(&version)
	if Code(err) == insufficientPrivilege {
		return 0, fmt.Errorf("this role has no rights yet: run larder migrate, which gives them: %w", err)
	}
	if err != nil {
		return 0, fmt.Errorf("read the version of the database: %w", err)
	}
	return version, nil
}
