// Package recipereader reads recipes from the primary database, or from the backup while the
// primary is unreachable. Every query is restricted to an owner.
package recipereader

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/postgres"
)

// ErrNotFound means the owner never had this recipe.
var ErrNotFound = errors.New("no such recipe")

// ErrUnavailable means neither the primary nor the backup could be reached.
var ErrUnavailable = errors.New("no database can be asked")

// Source is the database that answered.
type Source string

// The two databases. The backup may lag behind acknowledged writes.
const (
	Primary Source = "postgres"
	Backup  Source = "backup"
)

// A hanging primary must leave a request enough time for the backup, and must not delay every
// request: after a failure the backup is asked first, and one request per retryInterval tries the
// primary.
const (
	primaryTimeout = 1500 * time.Millisecond
	retryInterval  = time.Second
)

// Recipes reads one owner's recipes at a time. It is safe for concurrent use.
type Recipes struct {
	primary *pgxpool.Pool
	backup  *pgxpool.Pool
	retryAt atomic.Int64 // unix nanoseconds after which to retry the primary; 0 while it answers
}

// New reads from primary, or from backup if primary is unreachable. backup may be nil.
func New(primary, backup *pgxpool.Pool) *Recipes {
	return &Recipes{primary: primary, backup: backup}
}

// Ping reports whether at least one of the databases answers.
func (r *Recipes) Ping(ctx context.Context) error {
	_, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error { return pool.Ping(ctx) })
	return err
}

// read runs query on the primary or, if that is unreachable, on the backup. The query may run
// twice. It returns ErrUnavailable if no database could be reached, otherwise the query's error.
func (r *Recipes) read(ctx context.Context, query func(context.Context, *pgxpool.Pool) error) (Source, error) {
	if r.backup == nil {
		return Primary, unavailable(ctx, query(ctx, r.primary))
	}
	if r.skipPrimary() {
		err := query(ctx, r.backup)
		if err == nil || !postgres.Unavailable(err) {
			return Backup, err
		}
	}
	err := r.askPrimary(ctx, query)
	if err == nil || ctx.Err() != nil || !postgres.Unavailable(err) {
		return Primary, err
	}
	if backupErr := query(ctx, r.backup); backupErr != nil {
		return Backup, unavailable(ctx, errors.Join(err, backupErr))
	}
	return Backup, nil
}

func (r *Recipes) askPrimary(ctx context.Context, query func(context.Context, *pgxpool.Pool) error) error {
	attempt, cancel := context.WithTimeout(ctx, primaryTimeout)
	defer cancel()
	err := query(attempt, r.primary)
	switch {
	case ctx.Err() != nil:
		return err // the caller went away, which says nothing about the primary
	case err != nil && postgres.Unavailable(err):
		r.retryAt.Store(time.Now().Add(retryInterval).UnixNano())
	default:
		r.retryAt.Store(0)
	}
	return err
}

// skipPrimary is false for the one request that finds a retry due; it postpones the retry for the
// others.
func (r *Recipes) skipPrimary() bool {
	at := r.retryAt.Load()
	if at == 0 {
		return false
	}
	now := time.Now()
	if now.UnixNano() < at {
		return true
	}
	return !r.retryAt.CompareAndSwap(at, now.Add(retryInterval).UnixNano())
}

func unavailable(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || !postgres.Unavailable(err) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
