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

// ErrNewerSchema is the error of a database that a newer program has migrated.
var ErrNewerSchema = errors.New("the database is newer than this program")

// versionTable is where goose keeps which migrations a database has.
const versionTable = "goose_db_version"

// lockSeconds is how long one program waits for another that migrates the same database.
const lockSeconds = 120

// Migrate brings the database at url to the newest version in migrations (files of goose at the root of
// the file system). Several programs may do it at once: one works, the others wait. A database that is
// newer than migrations gives ErrNewerSchema with both versions, and nothing in it is touched.
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

// CheckSchema gives ErrNewerSchema for a database that is newer than migrations, and an error that names
// both versions for one that is older. It changes nothing.
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
	// A migration may rightly work for long, so it has no statement timeout.
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

// schemaVersion reads the version of a database without making goose's table, as goose itself would; 0
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
