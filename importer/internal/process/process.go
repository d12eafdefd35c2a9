// Package process is the process manager of imports: what may be asked of an import, and the steps
// that it takes by itself. An import's events in the ledger are all it remembers, so it can be
// stopped anywhere and continued by any process; see docs/import-process.md.
package process

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"larder.dev/events"
	"larder.dev/importer/internal/importstore"
	"larder.dev/importer/internal/materials"
	"larder.dev/internal/ledger"
	"larder.dev/internal/webpage"
	"larder.dev/recipe"
)

// The kinds of what is imported.
const (
	KindURL  = "url"
	KindHTML = "html"
	KindText = "text"
	KindFile = "file"
)

// What becomes of recipes that are there already.
const (
	Skip    = "skip"
	Replace = "replace" // a new version of the first one
	Keep    = "keep"
)

var (
	// ErrNoImport means that the user has no such import.
	ErrNoImport = errors.New("there is no such import")
	// ErrRefused is in the error of a picture or recipe that can't be kept, however often it is
	// tried.
	ErrRefused = errors.New("it can't be kept")
	// ErrSame means that a recipe that was to be replaced has that content already.
	ErrSame = errors.New("the recipe is the same already")
	// ErrChanged means that a recipe that was to be restored was changed since.
	ErrChanged = errors.New("the recipe was changed since")
	// ErrGone means that a recipe that was to be replaced or restored was deleted.
	ErrGone = errors.New("the recipe was deleted")
)

// Deps are what the process manager uses. The functions are other components' use cases.
type Deps struct {
	Store     *importstore.Store
	Materials *materials.Store
	Fetcher   webpage.Fetcher

	// Write adds a recipe with what is written beside it, in one transaction. The error is
	// ErrRefused if it can't be a recipe.
	Write func(ctx context.Context, user, id string, draft recipe.Draft, beside ledger.Beside) error
	// Replace writes a new version of a recipe with what is written beside it, in one transaction. It
	// asks at whether it may replace the present version; the new one is one higher. The error is
	// ErrSame, ErrGone, or ErrRefused.
	Replace func(ctx context.Context, user, id string, at func(version int64) bool, draft recipe.Draft, beside ledger.Beside) error
	// Restore makes an earlier version of a recipe current, if at admits the present one, with what is
	// written beside it. The error is ErrChanged or ErrGone.
	Restore func(ctx context.Context, user, id string, at func(version int64) bool, earlier int64, beside ledger.Beside) error
	// Picture attaches a picture to a recipe, once per key, and returns the recipe's version. The
	// error is ErrRefused if it can't be attached.
	Picture func(ctx context.Context, p Picture) (version int64, err error)
	// Delete deletes a recipe if the caller admits its version, and reports whether it is gone.
	Delete func(ctx context.Context, user, id string, admits func(version int64) bool) (gone bool, err error)
	// Duplicates returns, for each recipe, the ids of recipes like it that are there; nil for none.
	Duplicates func(ctx context.Context, user string, drafts []recipe.Draft) ([][]string, error)
	// Room returns how many more recipes the user may have.
	Room func(ctx context.Context, user string) (int64, error)
	// Wrote is told of each recipe that was written, so that the user's reads wait for it.
	Wrote func(ctx context.Context, user, recipe string, version int64)

	Delays Delays
	Log    *slog.Logger
}

// Picture is a picture to attach.
type Picture struct {
	User, Recipe string
	Name         string
	Bytes        io.Reader
	Key          string
}

// Delays are how a step that failed is tried again.
type Delays struct {
	First, Last time.Duration // before the second attempt, and at most
	Attempts    int           // of a page that can't be had, before the import fails
	Within      time.Duration // how long an import may take altogether
}

// defaults are the delays where none are given.
func (d Delays) orDefaults() Delays {
	if d.First == 0 {
		d.First = 10 * time.Second
	}
	if d.Last == 0 {
		d.Last = 10 * time.Minute
	}
	if d.Attempts == 0 {
		d.Attempts = 6
	}
	if d.Within == 0 {
		d.Within = 24 * time.Hour
	}
	return d
}

// Imports are the imports of all users. It is safe for concurrent use.
type Imports struct {
	Deps

	sites *sites
}

// New returns the imports.
func New(deps Deps) *Imports {
	deps.Delays = deps.Delays.orDefaults()
	return &Imports{Deps: deps, sites: newSites(deps.Fetcher)}
}

// Find returns an import.
func (m *Imports) Find(ctx context.Context, user, id string) (*State, error) {
	state := &State{User: user, ID: id}
	if err := m.refresh(ctx, state); err != nil {
		return nil, err
	}
	if state.Version == 0 {
		return nil, ErrNoImport
	}
	return state, nil
}

// refresh adds what has happened since.
func (m *Imports) refresh(ctx context.Context, s *State) error {
	steps, err := m.Store.Steps(ctx, s.User, s.ID, s.Version)
	if err != nil {
		return err
	}
	s.Fold(steps)
	return nil
}

// pageSize is how many imports a list shows at once.
const pageSize = 20

// List returns a user's imports before a place, newest first, and the place of the next ones; 0 for
// none.
func (m *Imports) List(ctx context.Context, user string, before int64) ([]*State, int64, error) {
	page, err := m.Store.List(ctx, user, before, pageSize)
	if err != nil {
		return nil, 0, err
	}
	list := make([]*State, 0, len(page.IDs))
	for _, id := range page.IDs {
		state, err := m.Find(ctx, user, id)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, state)
	}
	return list, page.Next, nil
}

// Request is a request to import something.
type Request struct {
	User, ID    string
	Source      events.ImportSource
	TraceParent string
	Key         *ledger.Key
	Answer      ledger.Answer
}

// Request begins an import, whose material is kept already. If its key was used before, it begins
// nothing and returns the first answer.
func (m *Imports) Request(ctx context.Context, r Request) (ledger.Answer, bool, error) {
	return m.Store.Append(ctx, importstore.Append{
		User: r.User, Import: r.ID, TraceParent: r.TraceParent, Key: r.Key, Answer: r.Answer,
		Steps: []importstore.Step{{Type: events.ImportRequested, Data: events.Import{Source: &r.Source}}},
	})
}

// Cancel stops an import that is under way; what it has written stays. It changes nothing about one
// that has ended.
func (m *Imports) Cancel(ctx context.Context, user, id string) (*State, error) {
	state, err := m.ask(ctx, user, id, events.ImportCancelled, func(s *State) bool { return !s.Ended() && s.Phase != Undoing })
	if err == nil && state.Ended() {
		m.forget(ctx, state)
	}
	return state, err
}

// Undo takes an import back: the process deletes what it created and nobody has changed since. One
// that is under way is stopped first. It changes nothing about one that was taken back.
func (m *Imports) Undo(ctx context.Context, user, id string) (*State, error) {
	return m.ask(ctx, user, id, events.ImportUndoRequested, func(s *State) bool { return s.Phase != Undone && s.Phase != Undoing })
}

// ask appends a request to an import where it has an effect. It tries again while the import moves.
func (m *Imports) ask(ctx context.Context, user, id string, t events.Type, has func(*State) bool) (*State, error) {
	state, err := m.Find(ctx, user, id)
	for err == nil && has(state) {
		err = m.append(ctx, state, importstore.Step{Type: t})
		if err == nil || errors.Is(err, importstore.ErrMoved) {
			err = m.refresh(ctx, state)
		}
	}
	if err != nil {
		return nil, err
	}
	return state, nil
}

// append appends steps to an import, and adds them to the state.
func (m *Imports) append(ctx context.Context, s *State, steps ...importstore.Step) error {
	_, _, err := m.Store.Append(ctx, importstore.Append{User: s.User, Import: s.ID, After: s.Version, Steps: steps})
	if err != nil {
		return err
	}
	s.Fold(numbered(s.Version, steps))
	return nil
}

// numbered gives steps that were just appended their versions.
func numbered(after int64, steps []importstore.Step) []importstore.Step {
	now := ledger.Now()
	for n := range steps {
		steps[n].Version, steps[n].Time = after+int64(n)+1, now
	}
	return steps
}

// forget removes the material of an import that has ended. If it fails, a sweep does it.
func (m *Imports) forget(ctx context.Context, s *State) {
	if err := m.Materials.Remove(ctx, s.User, s.ID); err != nil {
		m.Log.WarnContext(ctx, "remove what was imported", "import", s.ID, "error", err)
	}
}
