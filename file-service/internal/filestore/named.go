package filestore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"larder.dev/internal/tables"
)

// Named is content that recipes refer to, once per user.
type Named struct {
	User      string
	SHA256    string
	MediaType string
}

// namedPage is how many recipes are read at once.
const namedPage = 500

// CountNamed counts what non-deleted recipes refer to.
func (s *Store) CountNamed(ctx context.Context) (int64, error) {
	count, err := tables.New(s.pool).CountNamed(ctx)
	if err != nil {
		return 0, fmt.Errorf("count what recipes name: %w", err)
	}
	return count, nil
}

// EachNamed calls fn for everything non-deleted recipes refer to, user by user, until fn fails. It
// reads a page of recipes at a time, holds no connection while fn runs, and remembers one user's
// hashes only.
func (s *Store) EachNamed(ctx context.Context, fn func(Named) error) error {
	at := recipeFiles{User: uuid.Nil.String(), ID: uuid.Nil.String()}
	seen := map[string]bool{}
	for {
		page, err := s.namedAfter(ctx, at)
		if err != nil {
			return err
		}
		for _, recipe := range page {
			if recipe.User != at.User {
				clear(seen)
			}
			at = recipe
			if err := recipe.each(seen, fn); err != nil {
				return err
			}
		}
		if len(page) < namedPage {
			return nil
		}
	}
}

// recipeFiles is what one recipe refers to.
type recipeFiles struct {
	User, ID string
	Files    []struct {
		SHA256    string `json:"sha256"`
		MediaType string `json:"media_type"`
	}
}

// each calls fn for content of the user not seen before.
func (r recipeFiles) each(seen map[string]bool, fn func(Named) error) error {
	for _, file := range r.Files {
		if seen[file.SHA256] {
			continue
		}
		seen[file.SHA256] = true
		if err := fn(Named{User: r.User, SHA256: file.SHA256, MediaType: file.MediaType}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) namedAfter(ctx context.Context, at recipeFiles) ([]recipeFiles, error) {
	rows, err := s.pool.Query(ctx, tables.NamedAfter, at.User, at.ID, namedPage)
	if err != nil {
		return nil, fmt.Errorf("list what recipes name: %w", err)
	}
	page, err := pgx.CollectRows(rows, pgx.RowToStructByPos[recipeFiles])
	if err != nil {
		return nil, fmt.Errorf("list what recipes name: %w", err)
	}
	return page, nil
}
