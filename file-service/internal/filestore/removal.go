package filestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/ledger"
)

// ErrRemoved is the error of an Update whose bytes somebody removed, or began to, since they were looked at.
var ErrRemoved = errors.New("the bytes were removed meanwhile")

const (
	// removalTime bounds how long the object store is asked to remove what beginRemoval gave.
	removalTime = 30 * time.Second
	// removalLease is after how long a removal that nobody ended is over: whoever began it is gone. It is far longer than
	// removalTime, for a request to the store that was on its way.
	removalLease = 2 * time.Minute
	// removalMemory is how long an ended removal is remembered: longer than an upload takes from AwaitRemovals to Update.
	removalMemory = 24 * time.Hour
	// removalPause is how often AwaitRemovals looks.
	removalPause = 100 * time.Millisecond
)

// Bytes are those that a recipe is to name. AwaitRemovals makes them.
type Bytes struct {
	sha256 string
	seen   int64 // the number of their last removal; 0 for none
}

// AwaitRemovals waits until nobody removes the bytes with this hash. What is in the object store from now on stays there until
// another removal begins, and Update with these Bytes refuses to name them where one has.
func (s *Store) AwaitRemovals(ctx context.Context, user, sha256 string) (*Bytes, error) {
	ticker := time.NewTicker(removalPause)
	defer ticker.Stop()
	for {
		bytes := &Bytes{sha256: sha256}
		var under bool
		err := s.pool.QueryRow(ctx, `SELECT number, NOT done AND begun_at > now() - make_interval(secs => $3) FROM file_removals
			WHERE user_id = $1 AND sha256 = $2`, user, sha256, removalLease.Seconds()).Scan(&bytes.seen, &under)
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

// queueCheck tells whether a removal began since, under the user's lock.
func (b *Bytes) queueCheck(batch *pgx.Batch, user string, removed *bool) {
	batch.Queue(`SELECT coalesce((SELECT number FROM file_removals WHERE user_id = $1 AND sha256 = $2), 0) <> $3`,
		user, b.sha256, b.seen).QueryRow(func(row pgx.Row) error { return row.Scan(removed) })
}

// removal is one under way.
type removal struct {
	user string
	// hashes are of bytes that no recipe names. No upload of the same bytes counts on them until the removal is ended.
	hashes  []string
	numbers []int64
}

// WhileUnnamed calls remove with those of the hashes that no recipe names, and none that was deleted so lately that it
// may be brought back, without those that somebody else is removing. A user who isn't there any more names nothing.
// What remove is given as its context ends long before anybody else may count on the bytes again.
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
		return removal{}, err // an old primary doesn't know what the new one names
	}
	opening := ledger.Begin()
	ledger.QueueLock(opening, user)
	var unnamed []string
	opening.Queue(selectUnnamed, user, hashes, undoable()).
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
		batch.Queue(`INSERT INTO file_removals AS known (user_id, sha256) SELECT $1, unnest($2::text[])
			ON CONFLICT (user_id, sha256) DO UPDATE SET number = excluded.number, begun_at = excluded.begun_at, done = false
				WHERE known.done OR known.begun_at < now() - make_interval(secs => $3)
			RETURNING sha256, number`, user, unnamed, removalLease.Seconds()).
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
		return removal{user: user, hashes: hashes}, nil // nobody uploads for them either
	}
	return begun, err
}

// endTimeout bounds the note that a removal is ended. Without it uploads of the same bytes wait for removalLease.
const endTimeout = 2 * time.Second

// endRemoval says that nothing more is asked of the object store, also where the caller has gone away.
func (s *Store) endRemoval(ctx context.Context, begun removal) error {
	if len(begun.numbers) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	_, err := s.pool.Exec(ctx, `UPDATE file_removals SET done = true WHERE user_id = $1 AND number = ANY($2)`,
		begun.user, begun.numbers)
	if err != nil {
		return fmt.Errorf("note that what no recipe of user %s names is removed: %w", begun.user, err)
	}
	return nil
}

// ForgetRemovals forgets those that were ended long ago.
func (s *Store) ForgetRemovals(ctx context.Context) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM file_removals WHERE begun_at < now() - make_interval(secs => $1)`, removalMemory.Seconds())
	if err != nil {
		return fmt.Errorf("forget removals of bytes: %w", err)
	}
	return nil
}
