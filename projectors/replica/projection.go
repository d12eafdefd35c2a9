// Package replica is the projection that keeps the backup database: the same schema as the primary's,
// filled from the stream. It holds accounts, recipes, ingredient rows, the users' last change numbers and the
// ledger, so that it can take over as it is. The idempotency keys are in no event; `larder backup run` brings
// them.
package replica

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/internal/postgres"
	"larder.dev/projectors"
)

// Name is the projection's name.
const Name = "replica"

// spacing is the least time from one transaction of a lane to the next. It is what the backup may lack
// beyond its usual lag when the primary is lost under load; the ledger's tail is lost with the primary too.
const spacing = 200 * time.Millisecond

// Projection writes to the backup database.
type Projection struct {
	pool *pgxpool.Pool

	mu   sync.Mutex
	gone removed // by events of deletions, and not told to whoever has the user erased
}

// New makes the projection of a database that has the schema. The pool stays the caller's to close.
func New(pool *pgxpool.Pool) *Projection { return &Projection{pool: pool, gone: removed{}} }

// Spec is the same for every projection of this kind.
func Spec() projectors.Spec {
	return projectors.Spec{
		Name: Name, Filters: []string{events.AllRecipes, events.AllGroceries, events.AllUsers},
		Lanes: 4, Batch: 200, Every: spacing,
	}
}

// Spec implements projectors.Projection.
func (p *Projection) Spec() projectors.Spec { return Spec() }

// Apply implements projectors.Projection. A batch is one transaction.
func (p *Projection) Apply(ctx context.Context, batch []projectors.Event) error {
	gone, err := write(ctx, p.pool, live, batch)
	p.mu.Lock()
	defer p.mu.Unlock()
	for user, count := range gone {
		p.gone[user] += count
	}
	return err
}

// Erase implements projectors.Projection. The ledger keeps the row of the deletion, as that of the primary
// does: it has nothing but the id. What the event of the deletion removed here before is counted.
func (p *Projection) Erase(ctx context.Context, user string) (int, error) {
	if err := checkID(user); err != nil {
		return 0, err
	}
	now, work := removed{}, &pgx.Batch{}
	for _, table := range userTables {
		work.Queue(table.erase, user).Exec(now.count(user))
	}
	if err := p.pool.SendBatch(ctx, work).Close(); err != nil {
		return 0, fmt.Errorf("erase user %s from the replica: %w", user, failure(err))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.gone[user]
	delete(p.gone, user)
	return before + now[user], nil
}

// PostgreSQL's codes for a table that isn't there, and for one that is and isn't granted yet: who lays it grants it after that.
const (
	undefinedTable        = "42P01"
	insufficientPrivilege = "42501"
)

// Fresh implements projectors.Projection.
func (p *Projection) Fresh(ctx context.Context) (bool, error) {
	var fresh bool
	err := p.pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM recipes) AND NOT EXISTS (SELECT FROM users)`).Scan(&fresh)
	if code := postgres.Code(err); code == undefinedTable || code == insufficientPrivilege {
		return false, fmt.Errorf("look whether the replica is empty: %w", projectors.ErrNotLaidOut)
	}
	if err != nil {
		return false, fmt.Errorf("look whether the replica is empty: %w", err)
	}
	return fresh, nil
}
