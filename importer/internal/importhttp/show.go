package importhttp

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/importer/internal/process"
	"larder.dev/internal/identity"
)

// ListImports lists a user's imports.
func (a *api) ListImports(c *gin.Context, params ListImportsParams) {
	ctx, user := c.Request.Context(), identity.UserFrom(c).ID
	before := int64(0)
	if params.Cursor != nil {
		before = *params.Cursor
	}
	states, next, err := a.Imports.List(ctx, user, before)
	if err != nil {
		a.fail(c, err)
		return
	}
	list := ImportList{Items: make([]Import, len(states))}
	for n, state := range states {
		if list.Items[n], err = a.view(ctx, state); err != nil {
			a.fail(c, err)
			return
		}
	}
	if next > 0 {
		list.NextCursor = &next
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, list)
}

// GetImport shows an import.
func (a *api) GetImport(c *gin.Context, id ID) {
	state, err := a.Imports.Find(c.Request.Context(), identity.UserFrom(c).ID, id.String())
	a.show(c, http.StatusOK, state, err)
}

// CancelImport stops an import.
func (a *api) CancelImport(c *gin.Context, id ID) {
	if _, err := a.Imports.Cancel(c.Request.Context(), identity.UserFrom(c).ID, id.String()); err != nil {
		a.fail(c, err)
		return
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}

// UndoImport takes an import back.
func (a *api) UndoImport(c *gin.Context, id ID) {
	state, err := a.Imports.Undo(c.Request.Context(), identity.UserFrom(c).ID, id.String())
	a.show(c, http.StatusAccepted, state, err)
}

func (a *api) show(c *gin.Context, status int, state *process.State, err error) {
	if err != nil {
		a.fail(c, err)
		return
	}
	view, err := a.view(c.Request.Context(), state)
	if err != nil {
		a.fail(c, err)
		return
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(status, view)
}

// view is an import with the present names of its recipes.
func (a *api) view(ctx context.Context, s *process.State) (Import, error) {
	ids := make([]string, 0, len(s.Created)+len(s.Replaced))
	for _, created := range s.Created {
		ids = append(ids, created.ID)
	}
	for _, replaced := range s.Replaced {
		ids = append(ids, replaced.ID)
	}
	names, err := a.Names(ctx, s.User, ids)
	if err != nil {
		return Import{}, err
	}
	view := Import{
		ID: s.ID, State: ImportState(s.Shown()), Total: s.Total, Done: s.DoneSoFar(), Cancelled: s.Cancelled,
		Source:      ImportSource{Kind: ImportSourceKind(s.Source.Kind), URL: s.Source.URL, Name: s.Source.Name},
		RequestedAt: s.Requested, ChangedAt: s.Changed, Kept: orEmpty(s.Kept),
		Created:    make([]ImportedRecipe, len(s.Created)),
		Replaced:   make([]ReplacedRecipe, len(s.Replaced)),
		Duplicates: make([]ImportedDuplicate, len(s.Skipped)),
		Failed:     make([]ImportFailure, len(s.Failures)),
	}
	for n, created := range s.Created {
		read := s.Read[created.Number]
		view.Created[n] = ImportedRecipe{
			ID: created.ID, Name: names[created.ID], Number: created.Number, Doubts: read.Doubts, Duplicates: orEmpty(read.Duplicates),
		}
		if attached, tried := s.Pictured[created.Number]; tried {
			view.Created[n].Picture = &attached
		}
	}
	for n, replaced := range s.Replaced {
		view.Replaced[n] = ReplacedRecipe{
			ID: replaced.ID, Name: names[replaced.ID], Number: replaced.Number, Version: replaced.Version,
			Doubts: s.Read[replaced.Number].Doubts, Restored: replaced.Restored,
		}
	}
	for n, skipped := range s.Skipped {
		view.Duplicates[n] = ImportedDuplicate{Number: skipped.Number, Duplicates: orEmpty(skipped.Of)}
	}
	for n, failure := range s.Failures {
		view.Failed[n] = ImportFailure{Place: failure.Place, Name: failure.Name, Reason: failure.Reason}
	}
	if s.Reason != "" {
		view.Reason = &s.Reason
	}
	if s.Shown() == process.Waiting && !s.Until.IsZero() {
		view.RetryAt = &s.Until
	}
	return view, nil
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
