package recipestore

import (
	"time"

	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// Command identifies who does something to which recipe.
type Command struct {
	User        string // the account's id
	Recipe      string // the recipe's id
	AsOf        int64  // the earlier version that the command concerns; 0 for none
	Expects     int64  // the version that the caller knows; 0 for none
	Deletes     bool   // the command deletes the recipe, so State.Clock is needed
	Key         *Key   // nil if the caller sent none
	TraceParent string // W3C trace context; "" if there is none
}

// State is the state that a command acts on.
type State struct {
	Recipe  events.Recipe  // the recipe, even if deleted; zero if the id was never used
	Exists  bool           // not deleted
	AsOf    *events.Recipe // the recipe at Command.AsOf; nil if it never had that version, or AsOfGone
	Marks   int64          // how many marks follow Command.Expects, if nothing else does
	Grocery bool           // whether the user has access to the grocery app
	Clock   time.Time      // the retention's clock if Command.Deletes; zero if no relay has set it
	// AsOfGone means the recipe had that version, but its text was erased.
	AsOfGone bool
}

// HasFiles reports whether the bytes of the recipe's files still exist: a deleted recipe's are
// removed after a while.
func (s State) HasFiles() bool { return s.Exists || Now().Sub(s.Recipe.UpdatedAt) <= ledger.UndoTime }

// Written returns the version that the caller may take for the current one: the one that they know
// if since then the recipe was only marked, and the recipe's own otherwise. Marks are no part of
// what a cook writes, so whoever knows the version before them overwrites nothing.
func (s State) Written(expected int64) int64 {
	if s.Marks > 0 && expected+s.Marks == s.Recipe.Version {
		return expected
	}
	return s.Recipe.Version
}

// Now is the time of the command, but not before the retention's clock: otherwise a deletion on a
// machine whose clock is years behind would be due for erasure as soon as the clock is corrected.
func (s State) Now() time.Time { return ledger.NotBefore(s.Clock) }

// Decision is a command's answer and what to write, if anything.
type Decision struct {
	Answer Answer
	Recipe *events.Recipe // the state to write; nil keeps the current one
	Event  *Event         // what happened; nil if nothing did
}

// Outcome is the outcome of a command.
type Outcome struct {
	Answer   Answer
	Replayed bool  // the answer is from an earlier command with the same key
	Change   int64 // the user's change number; 0 if this command wrote nothing
}

// Event is a ledger event without the fields that the store adds: id, time and change number.
type Event struct {
	Type    events.Type
	Subject string
	Version int64
	Data    []byte
}

// RecipeEvent returns the event of a change to a recipe. data is the recipe as JSON.
func RecipeEvent(user string, t events.Type, r events.Recipe, data []byte) *Event {
	return &Event{Type: t, Subject: events.RecipeSubject(user, r.ID), Version: r.Version, Data: data}
}

// GroceryEvent returns the event of a grocery request. data is the events.Grocery as JSON.
func GroceryEvent(user, request string, version int64, data []byte) *Event {
	return &Event{
		Type: events.GroceryRequested, Subject: events.GrocerySubject(user, request),
		Version: version, Data: data,
	}
}
