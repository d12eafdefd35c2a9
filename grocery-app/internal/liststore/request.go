package liststore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/grocery-app/internal/list"
	"larder.dev/internal/postgres"
)

// placesOfOne is the position difference between consecutive items of a request.
const placesOfOne = 1. / 1024

// AddRequest adds a request's items to its user's list, unless it was added before, and reports
// whether it did. It returns ErrErased if the user was erased.
func (s *Store) AddRequest(ctx context.Context, user string, grocery events.Grocery) (added bool, err error) {
	var tooMany *list.TooMany
	_, err = s.change(ctx, user, func(tx pgx.Tx, sequence int64) (int64, error) {
		tag, err := tx.Exec(ctx, `
			INSERT INTO requests (user_id, id, recipe_id, recipe, servings, sequence)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
			user, grocery.RequestID, grocery.Recipe.ID, grocery.Recipe.Name, grocery.Servings, sequence+1)
		if err != nil {
			return 0, err
		}
		if added = tag.RowsAffected() > 0; !added {
			return sequence, nil
		}
		// Record the request anyway: it must not be added days later when there is room.
		if err := s.checkRoom(ctx, tx, user, int64(len(grocery.Items))); errors.As(err, &tooMany) {
			return sequence + 1, nil
		} else if err != nil {
			return 0, err
		}
		return sequence + 1, insertItems(ctx, tx, user, grocery, float64(sequence+1))
	})
	if err == nil && tooMany != nil {
		err = tooMany
	}
	if err != nil {
		return false, fmt.Errorf("add request %s: %w", grocery.RequestID, malformed(err))
	}
	return added, nil
}

// malformed distinguishes data that PostgreSQL will never accept, such as an id that isn't a UUID
// or a NUL in a text, from an unreachable database. Class 22 is "data exception".
func malformed(err error) error {
	if strings.HasPrefix(postgres.Code(err), "22") {
		return fmt.Errorf("%w: %w", events.ErrMalformed, err)
	}
	return err
}

func insertItems(ctx context.Context, tx pgx.Tx, user string, grocery events.Grocery, position float64) error {
	columns := []string{
		"user_id", "id", "request", "recipe_id", "recipe", "text", "quantity", "quantity_max", "unit", "name",
		"note", "position",
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"parts"}, columns,
		pgx.CopyFromSlice(len(grocery.Items), func(i int) ([]any, error) {
			item := grocery.Items[i]
			return []any{
				user, grocery.RequestID + "/" + strconv.Itoa(i), grocery.RequestID, grocery.Recipe.ID,
				grocery.Recipe.Name, item.Text, item.Quantity, item.QuantityMax, item.Unit, nameOf(item), item.Note,
				position + float64(i)*placesOfOne,
			}, nil
		}))
	return err
}

// nameOf is what to buy: the whole text if it couldn't be parsed.
func nameOf(item events.GroceryItem) string {
	if item.Name == "" {
		return item.Text
	}
	return item.Name
}
