package filestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
)

// ErrRemoved means that a removal of Update's bytes has begun since they were checked.
var ErrRemoved = errors.New("the bytes were removed meanwhile")

const (
	// removalTime limits the object store calls of one removal.
	removalTime = 30 * time.Second
	// removalLease is when an unfinished removal is considered abandoned. It is much longer than
	// removalTime, to allow for a request still on its way to the store.
	removalLease = 2 * time.Minute
	// removalMemory is how long a finished removal is remembered: longer than an upload takes from
	// AwaitRemovals to Update.
	removalMemory = 24 * time.Hour
	// removalPause is AwaitRemovals' poll interval.
	removalPause = 100 * time.Millisecond
)

// Bytes is content that a recipe is going to reference. AwaitRemovals returns it.
type Bytes struct {
	sha256 string
	seen   int64 // the number of their last removal; 0 for none
}

// AwaitRemovals waits until no removal of this content is running. From then on, what is in the
// object store stays until another removal begins, in which case Update with these Bytes refuses to
// reference them.
func (s *Store) AwaitRemovals(ctx context.Context, user, sha256 string) (*Bytes, error) {
	ticker := time.NewTicker(removalPause)
	defer ticker.Stop()
	for {
		bytes := &Bytes{sha256: sha256}
		var under bool
		err := s.pool.QueryRow(ctx, tables.FileRemoval, user, sha256, removalLease.Seconds()).Scan(&bytes.seen, &under)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, fmt.Errorf("look for removals of %s of user %s: %w", sha256, user, err)
		}
		if !under {
			return bytes, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the removal of %s of user %s: %w", sha256, user, ctx.Err())
		case <-ticker.C:
		}
	}
}

// queueCheck checks, under the user's lock, whether a removal has begun since.
func (b *Bytes) queueCheck(batch *pgx.Batch, user string, removed *bool) {
	batch.Queue(tables.RemovedSince, user, b.sha256, b.seen).QueryRow(func(row pgx.Row) error { return row.Scan(removed) })
}

// removal is a running removal.
type removal struct {
	user string
	// hashes are unreferenced content. No upload of the same content relies on it until the removal
	// ends.
	hashes  []string
	numbers []int64
}

// WhileUnnamed calls remove with those hashes that no recipe references, counting recipes deleted
// recently enough to be restored, and that nobody else is removing. A user who no longer exists
// references nothing. remove's context ends well before anyone else may rely on the content again.
func (s *Store) WhileUnnamed(ctx context.Context, user string, hashes []string,
	remove func(ctx context.Context, unnamed []string) error,
) error {
	begun, err := s.beginRemoval(ctx, user, hashes)
	if err != nil {
		return fmt.Errorf("begin to remove what no recipe of user %s names: %w", user, err)
	}
	if len(begun.hashes) == 0 {
		return nil
	}
	removing, cancel := context.WithTimeout(ctx, removalTime)
	defer cancel()
	failed := remove(removing, begun.hashes)
	if err := s.endRemoval(ctx, begun); err != nil {
		return errors.Join(failed, err)
	}
	return failed
}

func (s *Store) beginRemoval(ctx context.Context, user string, hashes []string) (removal, error) {
	if err := s.may(); err != nil {
		return removal{}, err // an old primary doesn't know what the new one references
	}
	opening := ledger.Begin()
	ledger.QueueLock(opening, user)
	var unnamed []string
	opening.Queue(tables.Unnamed, user, hashes, undoable()).
		Query(func(rows pgx.Rows) (err error) {
			unnamed, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
	var begun removal
	err := ledger.Transact(ctx, s.pool, opening, func() (*pgx.Batch, error) {
		begun = removal{user: user}
		if len(unnamed) == 0 {
			return nil, nil
		}
		batch := &pgx.Batch{}
		batch.Queue(tables.BeginRemovals, user, unnamed, removalLease.Seconds()).
			Query(func(rows pgx.Rows) error {
				var (
					hash   string
					number int64
				)
				_, err := pgx.ForEachRow(rows, []any{&hash, &number}, func() error {
					begun.hashes, begun.numbers = append(begun.hashes, hash), append(begun.numbers, number)
					return nil
				})
				return err
			})
		return batch, nil
	})
	if errors.Is(err, ledger.ErrNoUser) {
		return removal{user: user, hashes: hashes}, nil // such a user has no uploads either
	}
	return begun, err
}

// endTimeout limits recording the end of a removal. Without the record, uploads of the same content
// wait for removalLease.
const endTimeout = 2 * time.Second

// endRemoval records that no more object store calls follow, even if the caller has gone.
func (s *Store) endRemoval(ctx context.Context, begun removal) error {
	if len(begun.numbers) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	err := tables.New(s.pool).EndRemovals(ctx, tables.EndRemovalsParams{UserID: begun.user, Numbers: begun.numbers})
	if err != nil {
		return fmt.Errorf("note that what no recipe of user %s names is removed: %w", begun.user, err)
	}
	return nil
}

// ForgetRemovals forgets removals that ended long ago.
func (s *Store) ForgetRemovals(ctx context.Context) error {
	err := tables.New(s.pool).ForgetFileRemovals(ctx, removalMemory.Seconds())
	if err != nil {
		return fmt.Errorf("forget removals of bytes: %w", err)
	}
	return nil
}
