// Package failback copies what only an old primary has to its successor: transactions committed
// there that hadn't reached the stream when it was lost.
package failback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// page is how many ledger rows are compared at a time.
const page = 5000

// nameSuffix marks the copy of a recipe that both sides changed.
const nameSuffix = " (from before the failover)"

// longestName is the limit of a recipe's name, in characters.
const longestName = 200

// Brought is what was copied.
type Brought struct {
	Events   int64    `json:"events"`   // unchanged
	Separate []string `json:"separate"` // names of recipes changed on both sides, copied as separate recipes
	Left     int64    `json:"left"`     // events overruled by the newer side: an older deletion or account change
	Gone     int64    `json:"gone"`     // events of deleted recipes that the newer side has since forgotten
}

// Bring copies user by user, each in one transaction under the user's lock. Run again, it copies
// nothing twice.
func Bring(ctx context.Context, old, primary *pgxpool.Pool) (Brought, error) {
	result := Brought{Separate: []string{}}
	alone, err := aloneRows(ctx, old, primary)
	if err != nil {
		return result, err
	}
	for len(alone) > 0 {
		user, n := alone[0].user, 1
		for n < len(alone) && alone[n].user == user {
			n++
		}
		err := pgx.BeginFunc(ctx, primary, func(tx pgx.Tx) error {
			b := &bringer{tx: tx, old: old, user: user, result: &result}
			return b.all(ctx, alone[:n])
		})
		if err != nil {
			return result, fmt.Errorf("bring in what the old primary has of user %s: %w", user, err)
		}
		alone = alone[n:]
	}
	return result, nil
}

// row is one of the ledger's.
type row struct {
	id    int64
	user  string
	event events.Envelope
}

// aloneRows returns the old ledger's rows whose events the new one lacks, by user and number.
func aloneRows(ctx context.Context, old, primary *pgxpool.Pool) ([]row, error) {
	var alone []string
	for after := "00000000-0000-0000-0000-000000000000"; ; {
		rows, err := old.Query(ctx, `SELECT event_id::text FROM event_log WHERE event_id > $1 ORDER BY event_id LIMIT $2`, after, page)
		if err != nil {
			return nil, fmt.Errorf("read the old ledger: %w", err)
		}
		ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, fmt.Errorf("read the old ledger: %w", err)
		}
		if len(ids) == 0 {
			break
		}
		after = ids[len(ids)-1]
		missing, err := missing(ctx, primary, ids)
		if err != nil {
			return nil, err
		}
		alone = append(alone, missing...)
	}
	rows, err := old.Query(ctx, `SELECT id, user_id::text, event_id::text, type, schema_version, time, subject, version, change,
		traceparent, data FROM event_log WHERE event_id = ANY($1::text[]::uuid[]) ORDER BY user_id, id`, alone)
	if err != nil {
		return nil, fmt.Errorf("read what the old primary alone has: %w", err)
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (row, error) {
		one := row{event: events.Envelope{Source: events.Source}}
		e := &one.event
		err := r.Scan(&one.id, &one.user, &e.ID, &e.Type, &e.SchemaVersion, &e.Time, &e.Subject, &e.Version, &e.Change,
			&e.TraceParent, (*[]byte)(&e.Data))
		return one, err
	})
}

func missing(ctx context.Context, primary *pgxpool.Pool, ids []string) ([]string, error) {
	rows, err := primary.Query(ctx, `SELECT id::text FROM unnest($1::text[]::uuid[]) AS asked(id)
		WHERE NOT EXISTS (SELECT FROM event_log WHERE event_id = asked.id)`, ids)
	if err != nil {
		return nil, fmt.Errorf("compare the ledgers: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("compare the ledgers: %w", err)
	}
	return found, nil
}

// bringer copies one user's events.
type bringer struct {
	tx     pgx.Tx
	old    *pgxpool.Pool
	user   string
	result *Brought
}

func (b *bringer) replay() commandapi.Replay { return commandapi.Replay{Tx: b.tx, User: b.user} }

func (b *bringer) all(ctx context.Context, rows []row) error {
	known, err := b.lock(ctx)
	if err != nil {
		return err
	}
	if !known && rows[0].event.Type != events.UserAdded {
		b.result.Left += int64(len(rows)) // the account was deleted since
		return nil
	}
	if rows, err = b.withoutForgotten(ctx, rows); err != nil {
		return err
	}
	last := map[string]int{} // by subject: the row with its final state
	for i, r := range rows {
		last[r.event.Subject] = i
	}
	both := map[string]bool{}
	for subject := range last {
		if both[subject], err = b.changedHere(ctx, subject); err != nil {
			return err
		}
	}
	for i, r := range rows {
		switch {
		case !both[r.event.Subject]:
			err = b.asItWas(ctx, r)
		case last[r.event.Subject] == i:
			err = b.apart(ctx, r)
		}
		if err != nil {
			return fmt.Errorf("event %s: %w", r.event.ID, err)
		}
	}
	return b.keys(ctx)
}

// lock takes the user's lock, and reports whether the user exists.
func (b *bringer) lock(ctx context.Context) (known bool, err error) {
	var change int64
	err = b.tx.QueryRow(ctx, `SELECT change FROM user_changes WHERE user_id = $1 FOR UPDATE`, b.user).Scan(&change)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// withoutForgotten drops the events of deleted recipes whose text this side has erased: the other
// side still has them, and must not bring them back.
func (b *bringer) withoutForgotten(ctx context.Context, rows []row) ([]row, error) {
	known := map[string]int64{} // by subject: the version up to which it is forgotten
	var kept []row
	for _, r := range rows {
		until, ok := known[r.event.Subject]
		if _, _, of := events.RecipeOf(r.event.Subject); of && !ok {
			err := b.tx.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM event_log
				WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND type = 'recipe.deleted' AND data ->> 'name' = ''`,
				r.event.Subject).Scan(&until)
			if err != nil {
				return nil, fmt.Errorf("look whether %s is forgotten: %w", r.event.Subject, err)
			}
			known[r.event.Subject] = until
		}
		if until > 0 && r.event.Version <= until {
			b.result.Gone++
			continue
		}
		kept = append(kept, r)
	}
	return kept, nil
}

// changedHere reports whether this side has events of a subject that the other one lacks: those
// were made since.
func (b *bringer) changedHere(ctx context.Context, subject string) (bool, error) {
	rows, err := b.tx.Query(ctx, `SELECT event_id::text FROM event_log
		WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1`, subject)
	if err != nil {
		return false, err
	}
	here, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return false, err
	}
	var common int
	err = b.old.QueryRow(ctx, `SELECT count(*) FROM event_log WHERE event_id = ANY($1::text[]::uuid[])`, here).Scan(&common)
	return common < len(here), err
}

// asItWas copies an event with its id and version, under the next change number.
func (b *bringer) asItWas(ctx context.Context, r row) error {
	b.result.Events++
	switch e := r.event; {
	case e.Type == events.UserAdded || e.Type == events.UserChanged:
		if err := b.account(ctx, e); err != nil {
			return err
		}
	case e.Type == events.UserDeleted:
		return b.delete(ctx, e)
	case e.Type.IsRecipe():
		recipe, err := events.DecodeRecipe(e)
		if err != nil {
			return err
		}
		return b.replay().Recipe(ctx, recipe, e)
	}
	return b.replay().Event(ctx, r.event)
}

func (b *bringer) account(ctx context.Context, e events.Envelope) error {
	u, err := events.DecodeUser(e)
	if err != nil {
		return err
	}
	var key string
	if err := b.old.QueryRow(ctx, `SELECT name_key FROM users WHERE id = $1`, u.ID).Scan(&key); err != nil {
		return fmt.Errorf("read account %s of the old primary: %w", u.ID, err)
	}
	work := &pgx.Batch{}
	work.Queue(`INSERT INTO user_changes (user_id, change) VALUES ($1, 0) ON CONFLICT DO NOTHING`, u.ID)
	work.Queue(`INSERT INTO users AS have (id, name, name_key, password_hash, admin, grocery, disabled, version, created_at, updated_at)
		SELECT $1::uuid, $2, CASE WHEN EXISTS (SELECT FROM users WHERE name_key = $3::text AND id <> $1::uuid) THEN $1::text ELSE $3::text END,
			$4, $5, $6, $7, $8, $9, $10
		ON CONFLICT (id) DO UPDATE SET password_hash = excluded.password_hash, admin = excluded.admin, grocery = excluded.grocery,
			disabled = excluded.disabled, version = excluded.version, updated_at = excluded.updated_at
		WHERE have.version < excluded.version`,
		u.ID, u.Name, key, u.PasswordHash, u.Admin, u.Grocery, u.Disabled, u.Version, u.CreatedAt, u.UpdatedAt)
	return b.tx.SendBatch(ctx, work).Close()
}

func (b *bringer) delete(ctx context.Context, e events.Envelope) error {
	work := &pgx.Batch{}
	for _, table := range []string{"ingredients", "recipes", "idempotency_keys", "event_log"} {
		work.Queue(`DELETE FROM `+table+` WHERE user_id = $1`, b.user)
	}
	if err := b.tx.SendBatch(ctx, work).Close(); err != nil {
		return err
	}
	if err := b.replay().Event(ctx, e); err != nil {
		return err
	}
	_, err := b.tx.Exec(ctx, `WITH gone AS (DELETE FROM user_changes WHERE user_id = $1) DELETE FROM users WHERE id = $1`, b.user)
	return err
}

// apart copies the final state of a recipe on the other side as a separate recipe, since it was
// changed here as well. A change here overrules a deletion there.
func (b *bringer) apart(ctx context.Context, r row) error {
	if !strings.HasPrefix(string(r.event.Type), "recipe.") || r.event.Type == events.RecipeDeleted {
		b.result.Left++
		return nil
	}
	recipe, err := events.DecodeRecipe(r.event)
	if err != nil {
		return err
	}
	origin := uuid.MustParse(r.event.ID)
	recipe.ID = uuid.NewSHA1(origin, []byte("recipe")).String() // the same on every run
	event := uuid.NewSHA1(origin, []byte("event")).String()
	var brought bool
	if err := b.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM event_log WHERE event_id = $1)`, event).Scan(&brought); err != nil || brought {
		return err
	}
	recipe.Name = named(recipe.Name)
	recipe.Version, recipe.UpdatedAt = 1, ledger.NotBefore(recipe.UpdatedAt)
	data, err := json.Marshal(recipe)
	if err != nil {
		return err
	}
	b.result.Separate = append(b.result.Separate, recipe.Name)
	return b.replay().Recipe(ctx, recipe, events.Envelope{
		ID: event, Type: events.RecipeCreated, SchemaVersion: events.CurrentVersion(events.RecipeCreated), Time: recipe.UpdatedAt,
		Subject: events.RecipeSubject(b.user, recipe.ID), Version: recipe.Version, Data: data,
	})
}

func named(name string) string {
	runes := []rune(name)
	if most := longestName - len([]rune(nameSuffix)); len(runes) > most {
		runes = runes[:most]
	}
	return string(runes) + nameSuffix
}

// keys copies the old primary's stored answers, so that a repeated command gets its first one. They
// keep their bodies, since the event that contains one may be left behind.
func (b *bringer) keys(ctx context.Context) error {
	rows, err := b.old.Query(ctx, `SELECT row_to_json(kept)::text FROM (
		SELECT k.user_id, k.key, k.request_hash, k.status, k.headers, coalesce(convert_to(l.data::text, 'UTF8'), k.body) AS body,
			k.created_at FROM idempotency_keys k LEFT JOIN event_log l ON l.event_id = k.event_id WHERE k.user_id = $1) AS kept`, b.user)
	if err != nil {
		return err
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	const columns = "user_id, key, request_hash, status, headers, body, created_at"
	_, err = b.tx.Exec(ctx, `INSERT INTO idempotency_keys (`+columns+`) SELECT `+columns+` FROM unnest($1::text[]) AS one(row),
		json_populate_record(NULL::idempotency_keys, one.row::json) AS r ON CONFLICT DO NOTHING`, kept)
	return err
}
