package replica

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/projectors"
)

// subjectsPage is how many rows are named at once.
const subjectsPage = 1000

// The statements take {} for the schema.
const (
	recipesOf = `SELECT r.user_id::text, r.id::text, r.version, r.change, r.name, r.description, r.servings, r.prep_minutes,
			r.cook_minutes, r.source_url, r.tags, r.notes, r.steps, r.files, r.created_at, r.updated_at, r.deleted_at,
			coalesce((SELECT json_agg(json_build_object('text', i.text, 'quantity', i.quantity,
				'quantity_max', i.quantity_max, 'unit', i.unit, 'name', i.name, 'note', i.note, 'section', i.section, 'second', i.second)
				ORDER BY i.position) FROM {}ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id), '[]')
		FROM unnest($1::uuid[], $2::uuid[]) AS asked(user_id, id) JOIN {}recipes r USING (user_id, id)`

	usersOf = `SELECT id::text, name, password_hash, admin, grocery, disabled, version, created_at, updated_at
		FROM {}users WHERE id = ANY($1::uuid[])`

	recipesAfter = `SELECT user_id::text, id::text FROM {}recipes
		WHERE (user_id, id) > ($1::uuid, $2::uuid) AND ($3 = '' OR user_id = nullif($3, '')::uuid)
		ORDER BY user_id, id LIMIT $4`

	usersAfter = `SELECT id::text FROM {}users WHERE id > $1::uuid AND ($2 = '' OR id = nullif($2, '')::uuid) ORDER BY id LIMIT $3`
)

// Expect gives what the backup must have after the last event of a subject; false where it keeps nothing of such
// events. The errors are those of package events.
func Expect(e events.Envelope) (projectors.Fingerprint, bool, error) {
	switch {
	case e.Type == events.UserDeleted:
		return projectors.Fingerprint{Subject: e.Subject}, true, nil
	case e.Type.IsUser():
		u, err := events.DecodeUser(e)
		if err != nil {
			return projectors.Fingerprint{}, false, err
		}
		h, err := userFingerprint(u)
		return h, err == nil, err
	case e.Type.IsRecipe():
		r, err := events.DecodeRecipe(e)
		if err != nil {
			return projectors.Fingerprint{}, false, err
		}
		h, err := recipeFingerprint(e.User(), r, e.Change, e.Type == events.RecipeDeleted)
		return h, err == nil, err
	default:
		return projectors.Fingerprint{}, false, nil
	}
}

// recipeFingerprint sums up a recipe with its change number, which the app asks by after a switch to the backup.
func recipeFingerprint(user string, r events.Recipe, change int64, deleted bool) (projectors.Fingerprint, error) {
	r.Tags, r.Ingredients, r.Steps, r.Files = orEmpty(r.Tags), orEmpty(r.Ingredients), orEmpty(r.Steps), orEmpty(r.Files)
	r.CreatedAt, r.UpdatedAt = kept(r.CreatedAt), kept(r.UpdatedAt)
	digest, err := digest(r, fmt.Sprint(change))
	return projectors.Fingerprint{Subject: events.RecipeSubject(user, r.ID), Version: r.Version, Deleted: deleted, Digest: digest}, err
}

func userFingerprint(u events.User) (projectors.Fingerprint, error) {
	u.CreatedAt, u.UpdatedAt = kept(u.CreatedAt), kept(u.UpdatedAt)
	digest, err := digest(u)
	return projectors.Fingerprint{Subject: events.UserSubject(u.ID), Version: u.Version, Digest: digest}, err
}

// kept is an instant as the database keeps it.
func kept(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func digest(v any, more ...string) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("sum up what the replica keeps: %w", err)
	}
	return projectors.Digest(append(more, string(body))...), nil
}

// Fingerprints implements projectors.Inventory.
func (p *Projection) Fingerprints(ctx context.Context, subjects []string) ([]projectors.Fingerprint, error) {
	return fingerprints(ctx, p.pool, live, subjects)
}

// Fingerprints implements projectors.Inventory.
func (t *target) Fingerprints(ctx context.Context, subjects []string) ([]projectors.Fingerprint, error) {
	return fingerprints(ctx, t.pool, staging, subjects)
}

func fingerprints(ctx context.Context, pool *pgxpool.Pool, at schema, subjects []string) ([]projectors.Fingerprint, error) {
	var owners, ids, accounts []string
	for _, subject := range subjects {
		if owner, id, ok := events.RecipeOf(subject); ok {
			owners, ids = append(owners, owner), append(ids, id)
			continue
		}
		if owner, err := events.OwnerOf(subject); err == nil && events.UserSubject(owner) == subject {
			accounts = append(accounts, owner)
		}
	}
	var list []projectors.Fingerprint
	for _, read := range []struct {
		query string
		args  []any
		scan  pgx.RowToFunc[projectors.Fingerprint]
		count int
	}{
		{recipesOf, []any{owners, ids}, scanRecipe, len(ids)},
		{usersOf, []any{accounts}, scanUser, len(accounts)},
	} {
		if read.count == 0 {
			continue
		}
		rows, err := pool.Query(ctx, at.in(read.query), read.args...)
		if err != nil {
			return nil, fmt.Errorf("read %d rows of the replica: %w", read.count, err)
		}
		found, err := pgx.CollectRows(rows, read.scan)
		if err != nil {
			return nil, fmt.Errorf("read %d rows of the replica: %w", read.count, err)
		}
		list = append(list, found...)
	}
	return list, nil
}

func scanRecipe(row pgx.CollectableRow) (projectors.Fingerprint, error) {
	var (
		user    string
		r       events.Recipe
		change  int64
		deleted *time.Time
	)
	err := row.Scan(&user, &r.ID, &r.Version, &change, &r.Name, &r.Description, &r.Servings, &r.PrepMinutes,
		&r.CookMinutes, &r.SourceURL, &r.Tags, &r.Notes, &r.Steps, &r.Files, &r.CreatedAt, &r.UpdatedAt, &deleted,
		&r.Ingredients)
	if err != nil {
		return projectors.Fingerprint{}, err
	}
	return recipeFingerprint(user, r, change, deleted != nil)
}

func scanUser(row pgx.CollectableRow) (projectors.Fingerprint, error) {
	var u events.User
	err := row.Scan(&u.ID, &u.Name, &u.PasswordHash, &u.Admin, &u.Grocery, &u.Disabled, &u.Version, &u.CreatedAt, &u.UpdatedAt)
	if err != nil {
		return projectors.Fingerprint{}, err
	}
	return userFingerprint(u)
}

// accountsCursor begins the cursor among the accounts, which come behind the recipes.
const accountsCursor = "accounts "

// Subjects implements projectors.Inventory.
func (p *Projection) Subjects(ctx context.Context, user, cursor string) (projectors.SubjectPage, error) {
	return subjects(ctx, p.pool, live, user, cursor)
}

// Subjects implements projectors.Inventory.
func (t *target) Subjects(ctx context.Context, user, cursor string) (projectors.SubjectPage, error) {
	return subjects(ctx, t.pool, staging, user, cursor)
}

// subjects names the recipes and accounts of a schema. The cursor is the last row's user and id.
func subjects(ctx context.Context, pool *pgxpool.Pool, at schema, user, cursor string) (projectors.SubjectPage, error) {
	if after, ok := strings.CutPrefix(cursor, accountsCursor); ok {
		return accounts(ctx, pool, at, user, after)
	}
	after, afterID, ok := strings.Cut(cursor, " ")
	if !ok {
		after, afterID = uuid.Nil.String(), uuid.Nil.String()
	}
	rows, err := pool.Query(ctx, at.in(recipesAfter), after, afterID, user, subjectsPage)
	if err != nil {
		return projectors.SubjectPage{}, fmt.Errorf("name the recipes of the replica: %w", err)
	}
	page := projectors.SubjectPage{Next: accountsCursor + uuid.Nil.String()}
	var owner, id string
	tag, err := pgx.ForEachRow(rows, []any{&owner, &id}, func() error {
		page.Subjects = append(page.Subjects, events.RecipeSubject(owner, id))
		return nil
	})
	if err != nil {
		return projectors.SubjectPage{}, fmt.Errorf("name the recipes of the replica: %w", err)
	}
	if tag.RowsAffected() == subjectsPage {
		page.Next = owner + " " + id
	}
	return page, nil
}

func accounts(ctx context.Context, pool *pgxpool.Pool, at schema, user, after string) (projectors.SubjectPage, error) {
	rows, err := pool.Query(ctx, at.in(usersAfter), after, user, subjectsPage)
	if err != nil {
		return projectors.SubjectPage{}, fmt.Errorf("name the accounts of the replica: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return projectors.SubjectPage{}, fmt.Errorf("name the accounts of the replica: %w", err)
	}
	var page projectors.SubjectPage
	for _, id := range ids {
		page.Subjects = append(page.Subjects, events.UserSubject(id))
	}
	if len(ids) == subjectsPage {
		page.Next = accountsCursor + ids[len(ids)-1]
	}
	return page, nil
}
