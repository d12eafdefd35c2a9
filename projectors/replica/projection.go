// Package replica is the projection that keeps the backup database: the same schema as the
// primary's, filled from the stream. It has accounts, recipes, ingredient rows, the users' last
// change numbers and the ledger, so that it can take over at once. No event carries the idempotency
// keys; `larder backup run` copies them.
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
	"larder.dev/internal/tables"
	"larder.dev/projectors"
)

// Name is the projection's name.
const Name = "replica"

// spacing is the minimum time between a lane's transactions. It is what the backup may lack, beyond
// its usual lag, if the primary is lost under load; the ledger's tail is lost with the primary too.
const spacing = 200 * time.Millisecond

// Projection writes to the backup database.
type Projection struct {
	pool *pgxpool.Pool

	mu   sync.Mutex
	gone removed // by deletion events, and not yet reported by Erase
}

// New returns the projection for a database with the schema. The caller closes the pool.
func New(pool *pgxpool.Pool) *Projection { return &Projection{pool: pool, gone: removed{}} }

// Spec is the same for every instance of this projection.
func Spec() projectors.Spec {
	return projectors.Spec{
		Name: Name, Filters: []string{events.AllRecipes, events.AllGroceries, events.AllImports, events.AllUsers},
		Lanes: 4, Batch: 200, Every: spacing,
	}
}

// Spec implements projectors.Projection.
func (p *Projection) Spec() projectors.Spec { return Spec() }

// Apply implements projectors.Projection. Each batch is one transaction.
func (p *Projection) Apply(ctx context.Context, batch []projectors.Event) error {
	gone, err := write(ctx, p.pool, live, batch)
	p.mu.Lock()
	defer p.mu.Unlock()
	for user, count := range gone {
		p.gone[user] += count
	}
	return err
}

// Erase implements projectors.Projection. The ledger keeps the deletion's row, like the primary's:
// it has nothing but the id. The count includes what the deletion's event has removed here before.
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

// PostgreSQL's codes for a missing table, and for one not granted yet: grants follow a table's
// creation.
const (
	undefinedTable        = "42P01"
	insufficientPrivilege = "42501"
)

// Fresh implements projectors.Projection.
func (p *Projection) Fresh(ctx context.Context) (bool, error) {
	fresh, err := tables.New(p.pool).IsEmpty(ctx)
	if code := postgres.Code(err); code == undefinedTable || code == insufficientPrivilege {
		return false, fmt.Errorf("look whether the replica is empty: %w", projectors.ErrNotLaidOut)
	}
	if err != nil {
		return false, fmt.Errorf("look whether the replica is empty: %w", err)
	}
	return fresh, nil
}
