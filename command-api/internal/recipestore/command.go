package recipestore

import (
	"time"

	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// Command says who does something to which recipe.
type Command struct {
	User        string // the account's id
	Recipe      string // the recipe's id
	AsOf        int64  // the earlier version that the command is about, 0 where it is about none
	Deletes     bool   // the command deletes the recipe: State.Clock is wanted
	Key         *Key   // nil where the caller gave none
	TraceParent string // W3C trace context, "" where there is none
}

// State is what a command finds.
type State struct {
	Recipe  events.Recipe  // the recipe, also a deleted one; zero where the id was never used
	Exists  bool           // whether it is there for the user: not deleted
	AsOf    *events.Recipe // the recipe as it was at Command.AsOf; nil where it never had that version, or AsOfGone
	Grocery bool           // whether the user has access to the grocery app
	Clock   time.Time      // the retention's clock, where Command.Deletes; zero where no relay has set it
	// AsOfGone is a version that the recipe had and whose text is forgotten.
	AsOfGone bool
}

// HasFiles tells whether the bytes of the recipe's files are still there: those of a recipe that was deleted go after
// a while.
func (s State) HasFiles() bool { return s.Exists || Now().Sub(s.Recipe.UpdatedAt) <= ledger.UndoTime }

// Now is the time of the command. It isn't before the retention's clock: a machine that starts with its clock years behind
// would otherwise date a deletion so that it is due as soon as the clock is right.
func (s State) Now() time.Time { return ledger.NotBefore(s.Clock) }

// Decision is what a command makes of the state: the answer, and what is written, if anything.
type Decision struct {
	Answer Answer
	Recipe *events.Recipe // the state to write; nil leaves it
	Event  *Event         // what happened; nil where nothing did
}

// Outcome is what a command has come to.
type Outcome struct {
	Answer   Answer
	Replayed bool  // the answer is that of an earlier command with the same key
	Change   int64 // the user's change number; 0 where nothing was written by this command
}

// Event is what goes into the ledger, but for what the store adds: its id, time and change number.
type Event struct {
	Type    events.Type
	Subject string
	Version int64
	Data    []byte
}

// RecipeEvent makes the event of a change to a recipe. data is the recipe as JSON.
func RecipeEvent(user string, t events.Type, r events.Recipe, data []byte) *Event {
	return &Event{Type: t, Subject: events.RecipeSubject(user, r.ID), Version: r.Version, Data: data}
}

// GroceryEvent makes the event of a grocery request. data is the events.Grocery as JSON.
func GroceryEvent(user, request string, version int64, data []byte) *Event {
	return &Event{
		Type: events.GroceryRequested, Subject: events.GrocerySubject(user, request),
		Version: version, Data: data,
	}
}
