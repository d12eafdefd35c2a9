package asof

import (
	"context"
	"errors"
	"fmt"
	"time"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/projectors/views"
)

// pageRows is how many recipes are read and written at once.
const pageRows = 1000

// Fill fills an index with the state at a point in time, from the ledger: each recipe by its last
// event until then. The index's previous contents are replaced only when everything is written, so
// an interrupted call changes nothing. It returns the number of recipes. progress gets the number
// written.
func Fill(ctx context.Context, ledger commandapi.Ledger, index searchindex.Index, until time.Time,
	progress func(done int64),
) (recipes int, err error) {
	next, err := index.Rebuild(ctx)
	if err != nil {
		return 0, fmt.Errorf("make the index: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, next.Abort(context.WithoutCancel(ctx)))
		}
	}()
	for user := ""; ; {
		if user, err = ledger.NextOwner(ctx, user); err != nil {
			return 0, err
		}
		if user == "" {
			break
		}
		if err := fillUser(ctx, ledger, next, user, until, &recipes, progress); err != nil {
			return 0, fmt.Errorf("the recipes of user %s as they were: %w", user, err)
		}
	}
	if err := next.Commit(ctx); err != nil {
		return 0, fmt.Errorf("finish the index: %w", err)
	}
	_, err = index.DropOld(ctx)
	return recipes, err
}

func fillUser(ctx context.Context, ledger commandapi.Ledger, next searchindex.Rebuild, user string, until time.Time,
	recipes *int, progress func(done int64),
) error {
	for after := ""; ; {
		page, err := ledger.RecipesUntil(ctx, user, until, after, pageRows)
		if err != nil || len(page) == 0 {
			return err
		}
		docs := make([]searchindex.Document, 0, len(page))
		for _, e := range page {
			after = e.Subject
			if e.Type == events.RecipeDeleted {
				continue
			}
			doc, err := views.SearchDocument(e)
			if err != nil {
				return err
			}
			docs = append(docs, doc)
		}
		if err := next.Apply(ctx, docs); err != nil {
			return err
		}
		*recipes += len(docs)
		progress(int64(*recipes))
	}
}
