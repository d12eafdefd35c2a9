// Package filestore changes the files of recipes: under the user's lock, with the recipe's next version, its
// event in the ledger and the answer under the idempotency key, in one transaction.
package filestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// Store is the database of record.
type Store struct {
	pool  *pgxpool.Pool
	turns *bulkhead.Bulkhead
	hint  func()
	may   func() error

	maxFiles, maxBytes int64 // of a user; 0 for any number
}

// New makes a store. hint is called after each commit that left something for the relay; it must not wait. may is
// asked before each change, and before its acknowledgement: an error of it says that this may not be the primary.
func New(pool *pgxpool.Pool, hint func(), may func() error) *Store {
	return &Store{pool: pool, turns: ledger.Turns(), hint: hint, may: may}
}

// Command says who changes the files of which recipe.
type Command struct {
	User        string
	Recipe      string      // "" where File names it
	File        string      // the id of a file on the recipe; "" where Recipe is given
	Bytes       *Bytes      // those that the recipe is to name; nil where it is to name no others
	Key         *ledger.Key // nil where the caller gave none
	TraceParent string      // W3C trace context, "" where there is none
}

// Decision is what becomes of the recipe: the new state with its event, or nil and the answer alone.
type Decision struct {
	Answer ledger.Answer
	Recipe *events.Recipe
	Type   events.Type
	Data   []byte // the recipe as JSON
}

// Outcome is what a command has come to.
type Outcome struct {
	Answer   ledger.Answer
	Replayed bool  // the answer is that of an earlier command with the same key
	Change   int64 // the user's change number; 0 where nothing was written by this command
}

// Update lets decide look at the recipe under the user's lock, nil where there is none, and writes what it
// decided. decide must not wait for anything: everything else that the user changes waits for it.
//
// The errors are ErrRemoved, ledger.ErrNoUser, ledger.ErrKeyReused, bulkhead.ErrBusy, *Full, what decide gives, that of may,
// and those of the database.
func (s *Store) Update(ctx context.Context, cmd Command, decide func(*events.Recipe) (Decision, error)) (Outcome, error) {
	var (
		found   *events.Recipe
		kept    *ledger.Kept
		outcome Outcome
		used    usage
	)
	leave, err := s.turns.Enter(ctx, cmd.User)
	if err != nil {
		return Outcome{}, fmt.Errorf("change the files of user %s: %w", cmd.User, err)
	}
	defer leave()
	if err := s.may(); err != nil {
		return Outcome{}, err
	}
	opening := ledger.Begin()
	ledger.QueueLock(opening, cmd.User)
	if cmd.Key != nil {
		ledger.QueueKept(opening, cmd.User, cmd.Key.Value, &kept)
	}
	queueRecipe(opening, cmd, &found)
	if s.isBounded() && cmd.File == "" {
		queueUsage(opening, cmd.User, &used)
	}
	removed := false
	if cmd.Bytes != nil {
		cmd.Bytes.queueCheck(opening, cmd.User, &removed)
	}
	err = ledger.Transact(ctx, s.pool, opening, func() (*pgx.Batch, error) {
		if kept != nil {
			answer, err := kept.Replay(cmd.Key)
			outcome = Outcome{Answer: answer, Replayed: true}
			return nil, err
		}
		if removed {
			return nil, ErrRemoved
		}
		decision, err := decide(found)
		if err != nil {
			return nil, err
		}
		if err := s.checkRoom(used, decision); err != nil {
			return nil, err
		}
		outcome.Answer = decision.Answer
		return writes(cmd, decision, &outcome.Change)
	})
	if err == nil {
		err = s.may() // the new primary may not have it
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("change the files of recipe %s of user %s: %w", cmd.Recipe, cmd.User, err)
	}
	if outcome.Change > 0 {
		s.hint()
	}
	return outcome, nil
}

func writes(cmd Command, d Decision, change *int64) (*pgx.Batch, error) {
	if d.Recipe == nil && cmd.Key == nil {
		return nil, nil
	}
	batch := &pgx.Batch{}
	now := ledger.Now()
	if r := d.Recipe; r != nil {
		ledger.QueueDraw(batch, cmd.User, change)
		batch.Queue(tables.PutFiles, cmd.User, d.Data)
		ledger.QueueEntry(batch, cmd.User, ledger.Entry{
			ID: ledger.NewID(), Type: string(d.Type), SchemaVersion: events.CurrentVersion(d.Type),
			Subject: events.RecipeSubject(cmd.User, r.ID), Version: r.Version, Data: d.Data,
		}, cmd.TraceParent, now)
	}
	if cmd.Key != nil {
		ledger.QueueKeep(batch, cmd.User, *cmd.Key, d.Answer, nil, now)
	}
	return batch, nil
}

// queueRecipe reads the recipe by its id, or by that of a file on it. found stays nil where there is none.
func queueRecipe(batch *pgx.Batch, cmd Command, found **events.Recipe) {
	query, id := tables.Recipe, cmd.Recipe
	if cmd.Recipe == "" {
		query, id = tables.RecipeOfFile, cmd.File
	}
	batch.Queue(query, cmd.User, id).QueryRow(func(row pgx.Row) error {
		var r tables.RecipeRow
		err := row.Scan(&r.Change, &r.Deleted, &r.Recipe, &r.Ingredients)
		if errors.Is(err, pgx.ErrNoRows) || r.Deleted {
			return nil
		}
		if err != nil {
			return err
		}
		there, err := recipe.Decode(r.Recipe, r.Ingredients)
		*found = &there
		return err
	})
}

// CountFiles tells whether the user has the recipe, and how many files are on it, so that nobody uploads for
// nothing. It decides nothing.
func (s *Store) CountFiles(ctx context.Context, user, recipe string) (count int, has bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT jsonb_array_length(files) FROM recipes
		WHERE user_id = $1 AND id = $2 AND deleted_at IS NULL`, user, recipe).Scan(&count)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look for recipe %s of user %s: %w", recipe, user, err)
	}
	return count, true, nil
}

// HasUser tells whether a user is there who may have recipes.
func (s *Store) HasUser(ctx context.Context, user string) (bool, error) {
	var there bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM user_changes WHERE user_id = $1)`, user).Scan(&there)
	if err != nil {
		return false, fmt.Errorf("look for user %s: %w", user, err)
	}
	return there, nil
}

// May is nil while this certainly is the primary.
func (s *Store) May() error { return s.may() }
