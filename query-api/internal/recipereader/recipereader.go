// Package recipereader reads recipes from the database of record, and from its backup while the primary can't be
// asked. Every question names the owner, and no query finds a row without it.
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

// ErrNotFound reports a recipe that this owner never had.
var ErrNotFound = errors.New("no such recipe")

// ErrUnavailable reports that neither the primary nor the backup could be asked.
var ErrUnavailable = errors.New("no database can be asked")

// Source is the database that answered.
type Source string

// The two databases. What the backup says can be behind what was acknowledged.
const (
	Primary Source = "postgres"
	Backup  Source = "backup"
)

// A primary that hangs must leave the request time enough to ask the backup, and must not cost every request
// that time: after a failure the backup is asked first, and one request in a retry interval tries the primary.
const (
	primaryTimeout = 1500 * time.Millisecond
	retryInterval  = time.Second
)

// Recipes answers about the recipes of one owner at a time. It is safe for concurrent use.
type Recipes struct {
	primary *pgxpool.Pool
	backup  *pgxpool.Pool
	retryAt atomic.Int64 // unix nanoseconds from which the primary is tried again; 0 while it answers
}

// New reads from primary, and from backup where the primary can't be asked. There may be no backup (nil).
func New(primary, backup *pgxpool.Pool) *Recipes {
	return &Recipes{primary: primary, backup: backup}
}

// Ping tells whether at least one of the databases answers.
func (r *Recipes) Ping(ctx context.Context) error {
	_, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error { return pool.Ping(ctx) })
	return err
}

// read runs query on the primary or, where that one can't be asked, on the backup. The query may run twice.
// The error is ErrUnavailable where no database could be asked, else that of the query.
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

// skipPrimary is false for the one request that finds the retry due: it moves the time on for the others.
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
