package liststore

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"larder.dev/grocery-app/internal/list"
)

// parts are the parts that some operations concern, as stored and as changed so far.
type parts struct {
	stored    map[string]list.Part
	now       map[string]list.Part
	added     []string            // ids, in operation order
	byRequest map[string][]string // ids
}

func loadParts(ctx context.Context, tx pgx.Tx, user string, operations []list.Operation) (*parts, error) {
	var ids, requests []string
	for _, operation := range operations {
		ids = append(ids, operation.Parts...)
		if operation.Kind == list.Withdraw {
			requests = append(requests, operation.Request)
		}
	}
	// Use two queries: with "or", PostgreSQL would read every part the list ever had.
	rows, err := tx.Query(ctx, `SELECT `+partColumns+` FROM parts WHERE user_id = $1 AND id = ANY($2::text[])
		UNION SELECT `+partColumns+` FROM parts WHERE user_id = $1 AND request = ANY($3::text[]::uuid[])`, user, ids, requests)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, scanPart)
	if err != nil {
		return nil, err
	}
	p := &parts{
		stored: make(map[string]list.Part, len(found)), now: make(map[string]list.Part, len(found)), byRequest: map[string][]string{},
	}
	for _, part := range found {
		p.stored[part.ID], p.now[part.ID] = part, part
		if part.Request != "" {
			p.byRequest[part.Request] = append(p.byRequest[part.Request], part.ID)
		}
	}
	return p, nil
}

// add ignores a part whose id exists: a device chose it, and another must not overwrite it.
func (p *parts) add(part list.Part) {
	if _, there := p.now[part.ID]; there {
		return
	}
	p.now[part.ID] = part
	p.added = append(p.added, part.ID)
}

// change applies the list's rules to the parts that the operation concerns.
func (p *parts) change(operation list.Operation) {
	about := operation.Parts
	if operation.Kind == list.Withdraw {
		about = p.byRequest[canonical(operation.Request)]
	}
	effect := operation.Effect()
	for _, id := range about {
		if part, there := p.now[id]; there {
			p.now[id] = effect(part)
		}
	}
}

// save queues the changes to the parts.
func (p *parts) save(writes *pgx.Batch, user string) {
	for _, id := range p.added {
		part := p.now[id]
		writes.Queue(`
			INSERT INTO parts (user_id, id, text, quantity, unit, name, note, position, quantity_max, ticked, removed)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			user, part.ID, part.Text, part.Quantity, part.Unit, part.Name, part.Note, part.Position, part.QuantityMax,
			part.Ticked, part.Removed)
	}
	var changed []list.Part
	for id, before := range p.stored {
		if part := p.now[id]; part != before {
			changed = append(changed, part)
		}
	}
	if len(changed) > 0 {
		queueUpdate(writes, user, changed)
	}
}

// queueUpdate updates all parts in one statement.
func queueUpdate(writes *pgx.Batch, user string, changed []list.Part) {
	n := len(changed)
	var (
		ids, texts, units, names   = make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		notes, ticked, removed     = make([]string, n), make([]string, n), make([]string, n)
		quantities, quantitiesUpTo = make([]*float64, n), make([]*float64, n)
	)
	for i, part := range changed {
		ids[i], texts[i], units[i], names[i], notes[i] = part.ID, part.Text, part.Unit, part.Name, part.Note
		ticked[i], removed[i] = part.Ticked, part.Removed
		quantities[i], quantitiesUpTo[i] = part.Quantity, part.QuantityMax
	}
	writes.Queue(`
		UPDATE parts SET text = new.text, quantity = new.quantity, quantity_max = new.quantity_max, unit = new.unit,
			name = new.name, note = new.note, ticked = new.ticked, removed = new.removed, changed_at = now()
		FROM unnest($2::text[], $3::text[], $4::float8[], $5::float8[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
			AS new(id, text, quantity, quantity_max, unit, name, note, ticked, removed)
		WHERE parts.user_id = $1 AND parts.id = new.id`,
		user, ids, texts, quantities, quantitiesUpTo, units, names, notes, ticked, removed)
}

// canonical returns a UUID as PostgreSQL writes it. Anything else is passed on for PostgreSQL to
// reject.
func canonical(id string) string {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return strings.ToLower(id)
	}
	return parsed.String()
}
