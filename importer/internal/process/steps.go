package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"time"

	"github.com/google/uuid"

	"larder.dev/events"
	"larder.dev/importer/archive"
	"larder.dev/importer/found"
	"larder.dev/importer/internal/importstore"
	"larder.dev/importer/material"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/retry"
	"larder.dev/internal/webpage"
	"larder.dev/recipe"
)

// maxRecipes bounds what one import may hold: its state is read with each question about it.
const maxRecipes = 20_000

// stepWithin bounds a step that waits for stores and sites.
const stepWithin = 2 * time.Minute

// Advance takes an import's steps until it has ended, or has to wait. It returns until when: zero
// if there is nothing left to do. The error means that a store can't be asked, or
// importstore.ErrMoved that another process is at it.
func (m *Imports) Advance(ctx context.Context, user, id string) (until time.Time, err error) {
	state, err := m.Find(ctx, user, id)
	if err != nil {
		return time.Time{}, err
	}
	for moved := 0; !state.Ended(); {
		if wait := time.Until(state.Until); wait > 0 && state.Phase != Undoing {
			return state.Until, nil
		}
		version := state.Version
		err := m.step(ctx, state)
		if errors.Is(err, importstore.ErrMoved) {
			// A request to cancel or undo counts at once. Somebody else's steps don't stop.
			moved++
			if moved > 2 {
				return time.Time{}, err
			}
			err = m.refresh(ctx, state)
		}
		if err != nil {
			return time.Time{}, err
		}
		if err := context.Cause(ctx); err != nil {
			return time.Time{}, err
		}
		if state.Version > version+1 {
			moved = 0
		}
	}
	return time.Time{}, nil
}

// step takes the next step: it appends one event or several.
func (m *Imports) step(ctx context.Context, s *State) error {
	switch {
	case s.Phase == Undoing:
		return m.undo(ctx, s)
	case time.Since(s.Requested) > m.Delays.Within:
		return m.fail(ctx, s, fmt.Sprintf("it took longer than %s", m.Delays.Within))
	case s.Phase == Fetching:
		return m.fetch(ctx, s)
	case !s.isRead():
		return m.read(ctx, s)
	default:
		return m.write(ctx, s)
	}
}

// fail ends an import.
func (m *Imports) fail(ctx context.Context, s *State, reason string) error {
	err := m.append(ctx, s, importstore.Step{Type: events.ImportFailed, Data: events.Import{Reason: reason}})
	if err == nil {
		m.forget(ctx, s)
	}
	return err
}

// fetch has the page of an address. A site that is away is asked again later.
func (m *Imports) fetch(ctx context.Context, s *State) error {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	page, err := m.sites.get(ctx, s.Source.URL)
	if err == nil {
		if _, err := m.Materials.Put(ctx, s.User, s.ID, bytes.NewReader(page.Content), webpage.MaxSize); err != nil {
			return err
		}
		return m.append(ctx, s, importstore.Step{Type: events.ImportFetched, Data: events.Import{Address: page.Address}})
	}
	if context.Cause(ctx) != nil {
		return context.Cause(ctx)
	}
	reason := Reason(err)
	if !webpage.Passing(err) || s.Attempt+1 >= m.Delays.Attempts {
		return m.fail(ctx, s, reason)
	}
	until := ledger.Now().Add(retry.Delay(s.Attempt, m.Delays.First, m.Delays.Last))
	return m.append(ctx, s, importstore.Step{
		Type: events.ImportDelayed, Data: events.Import{Attempt: s.Attempt + 1, Until: &until, Reason: reason},
	})
}

// Reason is what a person is told of a page that can't be had.
func Reason(err error) string {
	if inner := errors.Unwrap(err); inner != nil {
		return inner.Error() // without the address, which they gave
	}
	return err.Error()
}

// open opens the material. Close what it returns.
func (m *Imports) open(ctx context.Context, s *State) (*objectstore.Reader, error) {
	return m.Materials.Open(ctx, s.User, s.ID)
}

// each reads the material and calls fn for each recipe and failure, numbered from 1 in an order that
// is always the same. An error of fn ends it.
func each(ctx context.Context, source events.ImportSource, address string, content *objectstore.Reader,
	fn func(number int, r *found.Recipe, f found.Failure) error,
) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	number := 0
	next := func(r *found.Recipe, f found.Failure) {
		if ctx.Err() != nil {
			return // nobody consumes what is still being read
		}
		number++
		if err := fn(number, r, f); err != nil {
			stop(err)
		}
	}
	err := Parse(ctx, source, address, content, found.Sink{
		Recipe: func(r found.Recipe) { next(&r, found.Failure{}) },
		Failed: func(f found.Failure) { next(nil, f) },
	})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// Parse reads a material. Address is where a page was found, or "".
func Parse(ctx context.Context, source events.ImportSource, address string, content *objectstore.Reader, sink found.Sink) error {
	if address == "" {
		return material.File(ctx, placeOf(source), content, content.Info.Size, sink)
	}
	whole, err := io.ReadAll(io.LimitReader(content, material.MaxStream))
	if err != nil {
		return fmt.Errorf("read the page of %s: %w", address, err)
	}
	return material.Fetched(ctx, address, whole, sink)
}

// placeOf names a material that has no address.
func placeOf(source events.ImportSource) string {
	switch {
	case source.Name != "":
		return path.Base(source.Name)
	case source.Kind == KindHTML:
		return "page"
	default:
		return source.Kind
	}
}

// address is where the page of an import is, "" for other material.
func (s *State) address() string {
	if s.Address != "" {
		return s.Address
	}
	return s.Source.URL
}

// readChunk is how many recipes' events go into one transaction.
const readChunk = 100

// read finds out what the material holds, before anything is written. It skips what it knows from a
// reading that was interrupted.
func (m *Imports) read(ctx context.Context, s *State) error {
	steps, err := m.survey(ctx, s)
	switch {
	case errors.Is(err, objectstore.ErrNotFound):
		return m.fail(ctx, s, "what was to be imported isn't there any more")
	case errors.Is(err, errTooMany):
		return m.fail(ctx, s, err.Error())
	case err != nil:
		return err
	case len(steps) == 0:
		return m.fail(ctx, s, "no recipe was found")
	}
	for n := range steps {
		steps[n].Data.Total = len(steps)
	}
	known := s.settled()
	for number := range s.Read {
		known[number] = true
	}
	var left []importstore.Step
	for _, step := range steps {
		if !known[step.Data.Number] {
			left = append(left, step)
		}
	}
	for len(left) > 0 {
		chunk := left[:min(len(left), readChunk)]
		if err := m.append(ctx, s, chunk...); err != nil {
			return err
		}
		left = left[len(chunk):]
	}
	return nil
}

var errTooMany = fmt.Errorf("it holds more than %d recipes: import it in parts", maxRecipes)

// survey reads the material, and returns what is to be recorded of each recipe and failure.
func (m *Imports) survey(ctx context.Context, s *State) ([]importstore.Step, error) {
	content, err := m.open(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }() // only read
	var steps []importstore.Step
	var waiting []found.Recipe
	look := func() error {
		duplicates, err := m.duplicates(ctx, s.User, waiting)
		for n, of := range duplicates {
			steps[len(steps)-len(waiting)+n].Data.Duplicates = of
		}
		waiting = waiting[:0]
		return err
	}
	err = each(ctx, s.Source, s.address(), content, func(number int, r *found.Recipe, f found.Failure) error {
		if number > maxRecipes {
			return errTooMany
		}
		if r == nil {
			if err := look(); err != nil {
				return err
			}
			steps = append(steps, failed(number, f))
			return nil
		}
		steps = append(steps, importstore.Step{
			Type: events.ImportRecipeRead, Data: events.Import{Number: number, Doubts: len(r.Doubts)},
		})
		if waiting = append(waiting, *r); len(waiting) < readChunk {
			return nil
		}
		return look()
	})
	if err == nil {
		err = look()
	}
	return steps, err
}

func (m *Imports) duplicates(ctx context.Context, user string, recipes []found.Recipe) ([][]string, error) {
	if m.Duplicates == nil || len(recipes) == 0 {
		return nil, nil
	}
	drafts := make([]recipe.Draft, len(recipes))
	for n := range recipes {
		drafts[n] = recipes[n].Draft()
	}
	return m.Duplicates(ctx, user, drafts)
}

func failed(number int, f found.Failure) importstore.Step {
	return importstore.Step{Type: events.ImportRecipeFailed, Data: events.Import{
		Number: number, Place: f.Place, Name: f.Name, Reason: f.Reason,
	}}
}

// write writes every recipe that isn't settled, attaches the pictures, and ends the import.
func (m *Imports) write(ctx context.Context, s *State) error {
	if err := m.writeAll(ctx, s); err != nil {
		if errors.Is(err, objectstore.ErrNotFound) {
			return m.fail(ctx, s, "what was to be imported isn't there any more")
		}
		return err
	}
	if s.DoneSoFar() == len(s.Failures) {
		return m.fail(ctx, s, whyNone(s))
	}
	err := m.append(ctx, s, importstore.Step{Type: events.ImportFinished})
	if err == nil {
		m.forget(ctx, s)
	}
	return err
}

// whyNone says why an import has written nothing.
func whyNone(s *State) string {
	if len(s.Failures) == 1 {
		return s.Failures[0].Reason
	}
	return "none of its recipes could be read"
}

func (m *Imports) writeAll(ctx context.Context, s *State) error {
	content, err := m.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // only read
	settled, created := s.settled(), map[int]Created{}
	for _, c := range s.Created {
		created[c.Number] = c
	}
	room := &room{of: m.Room, user: s.User}
	return each(ctx, s.Source, s.address(), content, func(number int, r *found.Recipe, _ found.Failure) error {
		if r == nil {
			return nil
		}
		if !settled[number] {
			if err := m.writeOne(ctx, s, number, r, room); err != nil {
				return err
			}
			if at := len(s.Created) - 1; at >= 0 && s.Created[at].Number == number {
				created[number] = s.Created[at]
			}
		}
		if c, is := created[number]; is {
			return m.picture(ctx, s, c, r, content)
		}
		return nil
	})
}

// room counts down how many more recipes a user may have. It asks once: a few more from elsewhere
// meanwhile do no harm.
type room struct {
	of    func(ctx context.Context, user string) (int64, error)
	user  string
	left  int64
	known bool
}

func (r *room) take(ctx context.Context) (bool, error) {
	if r.of == nil {
		return true, nil
	}
	if !r.known {
		left, err := r.of(ctx, r.user)
		if err != nil {
			return false, err
		}
		r.left, r.known = left, true
	}
	r.left--
	return r.left >= 0, nil
}

// writeOne writes a recipe and the event of it in one transaction, or records why not.
func (m *Imports) writeOne(ctx context.Context, s *State, number int, r *found.Recipe, room *room) error {
	refuse := func(reason string) error {
		return m.append(ctx, s, failed(number, found.Failure{Place: r.Place, Name: r.Name, Reason: reason}))
	}
	of := s.Read[number].Duplicates
	replaces := s.Source.Duplicates == Replace && len(of) > 0 && !s.hasReplaced(of[0])
	if len(of) > 0 && !replaces && s.Source.Duplicates != Keep {
		return m.skip(ctx, s, number)
	}
	draft, err := r.Draft().Clean()
	var invalid recipe.Invalid
	if errors.As(err, &invalid) {
		return refuse(invalid[0].Field + " " + invalid[0].Detail)
	}
	if err != nil {
		return refuse(err.Error())
	}
	if replaces {
		err := m.replaceOne(ctx, s, number, of[0], draft)
		switch {
		case errors.Is(err, ErrSame):
			return m.skip(ctx, s, number)
		case errors.Is(err, ErrRefused):
			return refuse(err.Error())
		case !errors.Is(err, ErrGone): // a recipe that was deleted since is no duplicate
			return err
		}
	}
	if fits, err := room.take(ctx); err != nil || !fits {
		if err != nil {
			return err
		}
		return refuse("there are as many recipes as one person may have")
	}
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	const version = 1 // the id is new
	id := RecipeID(s.ID, number)
	steps := []importstore.Step{{
		Type: events.ImportRecipeWritten, Data: events.Import{Number: number, RecipeID: id, RecipeVersion: version},
	}}
	err = m.Write(ctx, s.User, id, draft, m.Store.Beside(importstore.Append{
		User: s.User, Import: s.ID, After: s.Version, Steps: steps,
	}))
	if errors.Is(err, ErrRefused) {
		return refuse(err.Error())
	}
	if err != nil {
		return err
	}
	m.wrote(ctx, s, steps)
	return nil
}

// skip records that a recipe is left out because it is there.
func (m *Imports) skip(ctx context.Context, s *State, number int) error {
	return m.append(ctx, s, importstore.Step{
		Type: events.ImportRecipeSkipped,
		Data: events.Import{Number: number, Duplicates: s.Read[number].Duplicates, Reason: "it is there already"},
	})
}

// replaceOne writes a new version of a recipe and the event of it in one transaction. Its files stay
// as they are, like with everybody's replacing.
func (m *Imports) replaceOne(ctx context.Context, s *State, number int, id string, draft recipe.Draft) error {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	steps := []importstore.Step{{Type: events.ImportRecipeReplaced, Data: events.Import{Number: number, RecipeID: id}}}
	next := func(version int64) bool {
		steps[0].Data.RecipeVersion = version + 1
		return true
	}
	err := m.Replace(ctx, s.User, id, next, draft, m.Store.Beside(importstore.Append{
		User: s.User, Import: s.ID, After: s.Version, Steps: steps,
	}))
	if err != nil {
		return err
	}
	m.wrote(ctx, s, steps)
	return nil
}

// wrote adds steps to the state that were written beside a recipe, whose reads then wait for it.
func (m *Imports) wrote(ctx context.Context, s *State, steps []importstore.Step) {
	s.Fold(numbered(s.Version, steps))
	if m.Wrote != nil {
		m.Wrote(ctx, s.User, steps[0].Data.RecipeID, steps[0].Data.RecipeVersion)
	}
}

// RecipeID draws a recipe's id from its import and its number there, so that writing it twice writes
// it once.
func RecipeID(id string, number int) string {
	namespace, err := uuid.Parse(id)
	if err != nil {
		panic("process: the id of an import isn't a UUID: " + id)
	}
	return uuid.NewSHA1(namespace, []byte("recipe "+strconv.Itoa(number))).String()
}

// picture attaches the recipe's picture unless that was tried. It is tried once: a recipe without
// its picture is better than an import that doesn't end.
func (m *Imports) picture(ctx context.Context, s *State, c Created, r *found.Recipe, content *objectstore.Reader) error {
	if _, tried := s.Pictured[c.Number]; tried || (r.Picture == "" && r.ImageURL == "") || m.Picture == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	step := importstore.Step{
		Type: events.ImportPictureAttached, Data: events.Import{Number: c.Number, RecipeID: c.ID, RecipeVersion: c.Version},
	}
	name, image, err := m.image(ctx, s, r, content)
	if err == nil {
		step.Data.RecipeVersion, err = m.Picture(ctx, Picture{
			User: s.User, Recipe: c.ID, Name: name, Bytes: bytes.NewReader(image),
			Key: "import " + s.ID + " " + strconv.Itoa(c.Number), // the spaces keep it distinct from callers' keys
		})
		if err != nil && !errors.Is(err, ErrRefused) {
			return err
		}
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	if err != nil {
		step.Data.RecipeVersion, step.Data.Reason = c.Version, err.Error()
	}
	if err := m.append(ctx, s, step); err != nil {
		return err
	}
	if m.Wrote != nil && step.Data.Reason == "" {
		m.Wrote(ctx, s.User, c.ID, step.Data.RecipeVersion)
	}
	return nil
}

// image has the bytes of a recipe's picture, from the archive or from the web.
func (m *Imports) image(ctx context.Context, s *State, r *found.Recipe, content *objectstore.Reader) (string, []byte, error) {
	if r.Picture != "" {
		image, err := archive.Part(ctx, placeOf(s.Source), content, content.Info.Size, r.Picture)
		return path.Base(r.Picture), image, err
	}
	page, err := m.sites.get(ctx, r.ImageURL)
	if err != nil {
		return "", nil, err
	}
	return nameOf(page.Address), page.Content, nil
}

// undo deletes what the import created, and restores what it replaced, unless somebody has changed
// it since. Its own attaching of a picture is no change.
func (m *Imports) undo(ctx context.Context, s *State) error {
	kept := []string{}
	for _, c := range s.Created {
		gone, err := m.Delete(ctx, s.User, c.ID, func(version int64) bool {
			return version == c.Version || s.Pictured[c.Number] && version == c.Version+1
		})
		if err != nil {
			return err
		}
		if !gone {
			kept = append(kept, c.ID)
		}
	}
	for _, r := range s.Replaced {
		err := m.restore(ctx, s, r)
		if errors.Is(err, ErrChanged) {
			kept = append(kept, r.ID)
		} else if err != nil && !errors.Is(err, ErrGone) {
			return err
		}
	}
	err := m.append(ctx, s, importstore.Step{Type: events.ImportUndone, Data: events.Import{Kept: kept}})
	if err == nil {
		m.forget(ctx, s)
	}
	return err
}

// restore makes the version current that a recipe had before the import replaced it. The event of it
// is in the same transaction: who goes on after a kill must not take the restored version for
// somebody's change.
func (m *Imports) restore(ctx context.Context, s *State, r Replaced) error {
	if r.Restored {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	steps := []importstore.Step{{
		Type: events.ImportRecipeRestored, Data: events.Import{Number: r.Number, RecipeID: r.ID, RecipeVersion: r.Version + 1},
	}}
	is := func(version int64) bool { return version == r.Version }
	err := m.Restore(ctx, s.User, r.ID, is, r.Version-1, m.Store.Beside(importstore.Append{
		User: s.User, Import: s.ID, After: s.Version, Steps: steps,
	}))
	if err == nil {
		m.wrote(ctx, s, steps)
	}
	return err
}

// SweepAfter is when a material belongs to no import that is under way.
func (m *Imports) SweepAfter() time.Duration { return 2 * m.Delays.Within }
