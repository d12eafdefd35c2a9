package process

import (
	"slices"
	"time"

	"larder.dev/events"
	"larder.dev/importer/internal/importstore"
)

// Phase is how far an import is.
type Phase string

// The phases. Undoing comes between a request to undo and its end.
const (
	Waiting  Phase = "waiting"
	Fetching Phase = "fetching"
	Reading  Phase = "reading"
	Writing  Phase = "writing"
	Done     Phase = "done"
	Failed   Phase = "failed"
	Undoing  Phase = "undoing"
	Undone   Phase = "undone"
)

// State is an import: what its events add up to.
type State struct {
	User, ID string
	Version  int64 // of its last event
	Phase    Phase
	Source   events.ImportSource
	Address  string // where the page was found
	Total    int    // recipes in the material, also those that can't be read; 0 until it is read

	Read     map[int]Read // by number
	Created  []Created
	Replaced []Replaced
	Skipped  []Duplicate
	Failures []Failure
	Pictured map[int]bool // whether the picture is attached; a number is missing until that is tried

	Attempt   int       // failed attempts at the current step
	Until     time.Time // before which it isn't tried again
	Reason    string    // why it failed or is waiting
	Cancelled bool
	Kept      []string // recipes that an undo left, since they were changed

	Requested, Changed time.Time
}

// Read is what is known of a recipe before it is written.
type Read struct {
	Doubts     int
	Duplicates []string
}

// Created is a recipe that the import wrote.
type Created struct {
	Number  int
	ID      string
	Version int64
}

// Replaced is a recipe that was there before, and that the import wrote a new version of.
type Replaced struct {
	Created

	Restored bool // by undoing the import
}

// Duplicate is a recipe that was left out because others like it are there.
type Duplicate struct {
	Number int
	Of     []string
}

// Failure is a part of the material that gave no recipe.
type Failure struct {
	Number              int
	Place, Name, Reason string
}

// Fold adds steps to a state. Steps of a version that it has are skipped.
func (s *State) Fold(steps []importstore.Step) {
	for _, step := range steps {
		if step.Version <= s.Version {
			continue
		}
		s.Version, s.Changed = step.Version, step.Time
		s.take(step)
	}
}

func (s *State) take(step importstore.Step) {
	i := step.Data
	if step.Type != events.ImportDelayed {
		s.Attempt, s.Until, s.Reason = 0, time.Time{}, ""
	}
	switch step.Type {
	case events.ImportRequested:
		s.request(i, step.Time)
	case events.ImportFetched:
		s.Phase, s.Address = Reading, i.Address
	case events.ImportDelayed:
		s.Attempt, s.Reason = i.Attempt, i.Reason
		if i.Until != nil {
			s.Until = *i.Until
		}
	case events.ImportRecipeRead:
		s.Total, s.Read[i.Number] = i.Total, Read{Doubts: i.Doubts, Duplicates: i.Duplicates}
		s.Phase = s.working()
	case events.ImportRecipeFailed:
		if i.Total > 0 {
			s.Total = i.Total
		}
		s.Failures = append(s.Failures, Failure{Number: i.Number, Place: i.Place, Name: i.Name, Reason: i.Reason})
		s.Phase = s.working()
	case events.ImportRecipeSkipped:
		s.Skipped = append(s.Skipped, Duplicate{Number: i.Number, Of: i.Duplicates})
	case events.ImportRecipeWritten:
		s.Created = append(s.Created, Created{Number: i.Number, ID: i.RecipeID, Version: i.RecipeVersion})
	case events.ImportRecipeReplaced:
		s.Replaced = append(s.Replaced, Replaced{Created: Created{Number: i.Number, ID: i.RecipeID, Version: i.RecipeVersion}})
	case events.ImportRecipeRestored:
		for n := range s.Replaced {
			s.Replaced[n].Restored = s.Replaced[n].Restored || s.Replaced[n].Number == i.Number
		}
	case events.ImportPictureAttached:
		s.Pictured[i.Number] = i.Reason == ""
	default:
		s.end(step.Type, i)
	}
}

func (s *State) request(i events.Import, at time.Time) {
	s.Phase, s.Requested = Waiting, at
	s.Read, s.Pictured = map[int]Read{}, map[int]bool{}
	if i.Source != nil {
		s.Source = *i.Source
	}
	if s.Source.Kind == KindURL {
		s.Phase = Fetching
	}
}

// end takes the steps that end an import, or take it back.
func (s *State) end(t events.Type, i events.Import) {
	switch t { //nolint:exhaustive // take has the others
	case events.ImportFinished:
		s.Phase = Done
	case events.ImportFailed:
		s.Phase, s.Reason = Failed, i.Reason
	case events.ImportCancelled:
		s.Phase, s.Reason, s.Cancelled = Failed, "it was cancelled", true
	case events.ImportUndoRequested:
		s.Phase = Undoing
	case events.ImportUndone:
		s.Phase, s.Kept = Undone, i.Kept
	}
}

// working is the phase of an import whose material is being read.
func (s *State) working() Phase {
	if s.isRead() {
		return Writing
	}
	return Reading
}

// isRead reports whether it is known of everything in the material what it is.
func (s *State) isRead() bool { return s.Total > 0 && s.seen() >= s.Total }

// seen counts the parts of the material that were read, well or not. A recipe that couldn't be
// written is among both, and counts once.
func (s *State) seen() int {
	count := len(s.Read)
	for _, f := range s.Failures {
		if _, read := s.Read[f.Number]; !read {
			count++
		}
	}
	return count
}

// settled reports whether it is decided what becomes of a recipe.
func (s *State) settled() map[int]bool {
	numbers := make(map[int]bool, s.Total)
	for _, c := range s.Created {
		numbers[c.Number] = true
	}
	for _, r := range s.Replaced {
		numbers[r.Number] = true
	}
	for _, d := range s.Skipped {
		numbers[d.Number] = true
	}
	for _, f := range s.Failures {
		numbers[f.Number] = true
	}
	return numbers
}

// Ended reports whether nothing more happens by itself.
func (s *State) Ended() bool { return s.Phase == Done || s.Phase == Failed || s.Phase == Undone }

// Shown is the phase for people: an attempt that is put off is waiting.
func (s *State) Shown() Phase {
	if s.Attempt > 0 && !s.Ended() && s.Phase != Undoing {
		return Waiting
	}
	return s.Phase
}

// DoneSoFar counts what is settled.
func (s *State) DoneSoFar() int {
	return len(s.Created) + len(s.Replaced) + len(s.Skipped) + len(s.Failures)
}

// hasReplaced reports whether the import has written a new version of a recipe.
func (s *State) hasReplaced(id string) bool {
	return slices.ContainsFunc(s.Replaced, func(r Replaced) bool { return r.ID == id })
}
