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
	"larder.dev/internal/tables"
	"larder.dev/projectors"
	"larder.dev/recipe"
)

// subjectsPage is how many rows are listed at once.
const subjectsPage = 1000

// Expect returns what the backup must have after the last event of a subject; false if it stores
// nothing for such events. Its errors are those of package events.
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

// recipeFingerprint includes the change number, by which the app asks for changes after a switch to
// the backup.
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

// kept returns a time as the database stores it.
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
	add := func(f projectors.Fingerprint, err error) error {
		list = append(list, f)
		return err
	}
	work := at.batch()
	work.Queue(tables.RecipesOf, owners, ids).Query(func(rows pgx.Rows) error {
		var r tables.RecipesOfRow
		_, err := pgx.ForEachRow(rows, []any{&r.UserID, &r.Change, &r.Deleted, &r.Recipe, &r.Ingredients}, func() error {
			kept, err := recipe.Decode(r.Recipe, r.Ingredients)
			if err != nil {
				return err
			}
			return add(recipeFingerprint(r.UserID, kept, r.Change, r.Deleted))
		})
		return err
	})
	work.Queue(tables.UsersOf, accounts).Query(func(rows pgx.Rows) error {
		var u events.User
		_, err := pgx.ForEachRow(rows, []any{
			&u.ID, &u.Name, &u.PasswordHash, &u.Admin, &u.Grocery, &u.Disabled, &u.Version, &u.CreatedAt, &u.UpdatedAt,
		}, func() error { return add(userFingerprint(u)) })
		return err
	})
	if err := pool.SendBatch(ctx, work).Close(); err != nil {
		return nil, fmt.Errorf("read %d rows of the replica: %w", len(ids)+len(accounts), err)
	}
	return list, nil
}

// accountsCursor is the cursor prefix for accounts, which follow the recipes.
const accountsCursor = "accounts "

// Subjects implements projectors.Inventory.
func (p *Projection) Subjects(ctx context.Context, user, cursor string) (projectors.SubjectPage, error) {
	return subjects(ctx, p.pool, live, user, cursor)
}

// Subjects implements projectors.Inventory.
func (t *target) Subjects(ctx context.Context, user, cursor string) (projectors.SubjectPage, error) {
	return subjects(ctx, t.pool, staging, user, cursor)
}

// subjects lists the recipes and accounts of a schema. The cursor is the last row's user and id.
func subjects(ctx context.Context, pool *pgxpool.Pool, at schema, user, cursor string) (projectors.SubjectPage, error) {
	if after, ok := strings.CutPrefix(cursor, accountsCursor); ok {
		return accounts(ctx, pool, at, user, after)
	}
	after, afterID, ok := strings.Cut(cursor, " ")
	if !ok {
		after, afterID = uuid.Nil.String(), uuid.Nil.String()
	}
	page := projectors.SubjectPage{Next: accountsCursor + uuid.Nil.String()}
	work := at.batch()
	work.Queue(tables.RecipeIDsAfter, after, afterID, user, subjectsPage).Query(func(rows pgx.Rows) error {
		var owner, id string
		tag, err := pgx.ForEachRow(rows, []any{&owner, &id}, func() error {
			page.Subjects = append(page.Subjects, events.RecipeSubject(owner, id))
			return nil
		})
		if tag.RowsAffected() == subjectsPage {
			page.Next = owner + " " + id
		}
		return err
	})
	if err := pool.SendBatch(ctx, work).Close(); err != nil {
		return projectors.SubjectPage{}, fmt.Errorf("name the recipes of the replica: %w", err)
	}
	return page, nil
}

func accounts(ctx context.Context, pool *pgxpool.Pool, at schema, user, after string) (projectors.SubjectPage, error) {
	var page projectors.SubjectPage
	work := at.batch()
	work.Queue(tables.UserIDsAfter, after, user, subjectsPage).Query(func(rows pgx.Rows) error {
		var id string
		tag, err := pgx.ForEachRow(rows, []any{&id}, func() error {
			page.Subjects = append(page.Subjects, events.UserSubject(id))
			return nil
		})
		if tag.RowsAffected() == subjectsPage {
			page.Next = accountsCursor + id
		}
		return err
	})
	if err := pool.SendBatch(ctx, work).Close(); err != nil {
		return projectors.SubjectPage{}, fmt.Errorf("name the accounts of the replica: %w", err)
	}
	return page, nil
}
