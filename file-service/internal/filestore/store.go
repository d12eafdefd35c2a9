// Package filestore changes the files of recipes: under the user's lock, it writes the recipe's
// next version, its ledger event and the answer under the idempotency key in one transaction.
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

// Store is the primary database.
type Store struct {
	pool  *pgxpool.Pool
	turns *bulkhead.Bulkhead
	hint  func()
	may   func() error

	maxFiles, maxBytes int64 // per user; 0 means no limit
}

// New returns a store. It calls hint after each commit that left something for the relay; hint must
// not block. It calls may before each change and before its acknowledgement; an error means that
// this may not be the primary.
func New(pool *pgxpool.Pool, hint func(), may func() error) *Store {
	return &Store{pool: pool, turns: ledger.Turns(), hint: hint, may: may}
}

// Command identifies a change to a recipe's files.
type Command struct {
	User        string
	Recipe      string      // "" if File identifies it
	File        string      // the id of a file on the recipe; "" if Recipe is set
	Bytes       *Bytes      // content that the recipe will newly reference; nil if none
	Key         *ledger.Key // nil if the caller sent none
	TraceParent string      // W3C trace context; "" if there is none
}

// Decision is the recipe's new state and its event, or only an answer if Recipe is nil.
type Decision struct {
	Answer ledger.Answer
	Recipe *events.Recipe
	Type   events.Type
	Data   []byte // the recipe as JSON
}

// Outcome is the outcome of a command.
type Outcome struct {
	Answer   ledger.Answer
	Replayed bool  // the answer is from an earlier command with the same key
	Change   int64 // the user's change number; 0 if this command wrote nothing
}

// Update passes the recipe to decide under the user's lock, or nil if there is none, and writes the
// decision. decide must not block: all the user's other changes wait for it.
//
// It returns ErrRemoved, ledger.ErrNoUser, ledger.ErrKeyReused, bulkhead.ErrBusy, *Full, or the
// error of decide, may or the database.
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

// queueRecipe reads the recipe by its id, or by the id of one of its files. found stays nil if
// there is none.
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

// CountFiles reports whether the user has the recipe, and how many files it has, to avoid a futile
// upload. It reserves nothing.
func (s *Store) CountFiles(ctx context.Context, user, recipe string) (count int, has bool, err error) {
	n, err := tables.New(s.pool).CountFiles(ctx, tables.CountFilesParams{UserID: user, ID: recipe})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look for recipe %s of user %s: %w", recipe, user, err)
	}
	return int(n), true, nil
}

// HasUser reports whether a user exists who may have recipes.
func (s *Store) HasUser(ctx context.Context, user string) (bool, error) {
	there, err := tables.New(s.pool).HasUser(ctx, user)
	if err != nil {
		return false, fmt.Errorf("look for user %s: %w", user, err)
	}
	return there, nil
}

// May returns nil while this is certainly the primary.
func (s *Store) May() error { return s.may() }
