// Package command holds the commands on recipes, one per file: each loads the state, lets the
// domain rules decide, and has the outcome stored. It is independent of HTTP: callers translate a
// Result themselves.
package command

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Reasons why a command wrote nothing. They are part of a Result rather than errors: a refusal is
// stored under its idempotency key like any other answer, so that a repeat doesn't later succeed.
var (
	ErrNoRecipe  = errors.New("there is no such recipe")
	ErrNoVersion = errors.New("the recipe has no such version")
	ErrTextGone  = errors.New("the recipe was deleted so long ago that its text is gone")
	ErrNoGrocery = errors.New("the account has no access to the grocery app")
)

// Conflict means the recipe is at a different version than the caller expects.
type Conflict struct{ Current events.Recipe }

func (c *Conflict) Error() string { return "the recipe is at another version" }

// ErrTooManyRecipes means the user has reached their recipe limit.
var ErrTooManyRecipes = recipestore.ErrTooManyRecipes

// Call identifies the user, the recipe and the idempotency key.
type Call = recipestore.Command

// IfVersion reports whether a command may apply to a given version; nil accepts any. With
// Call.Expects, marks made since that version don't count.
type IfVersion func(version int64) bool

func (i IfVersion) admits(s recipestore.State, call Call) bool {
	return i == nil || i(s.Recipe.Version) || i(s.Written(call.Expects))
}

// Result is the result of a command.
type Result struct {
	Refused error         // why nothing was written; nil if not refused
	Type    events.Type   // what happened; "" if nothing changed
	Recipe  events.Recipe // the current state; for a deletion, the state deleted
	Data    []byte        // Recipe as JSON, or the grocery request: exactly the event's data

	event *recipestore.Event
}

// Outcome is a Result and the answer rendered from it. A repeated command has the first answer and
// no Result.
type Outcome struct {
	recipestore.Outcome

	Result Result
}

// Commands executes the commands.
type Commands struct {
	store  *recipestore.Store
	render func(Result) (ledger.Answer, error) // nil for callers without a key
}

// New returns the commands of a store, for callers without idempotency keys.
func New(store *recipestore.Store) *Commands { return &Commands{store: store} }

// Answering returns commands that render their answers with render and store them under the call's
// key.
func (c *Commands) Answering(render func(Result) (ledger.Answer, error)) *Commands {
	return &Commands{store: c.store, render: render}
}

// update decides on the current state under the user's lock. What is written beside it is only
// written if something changes.
func (c *Commands) update(ctx context.Context, call Call, decide func(recipestore.State) (Result, error),
	beside ...ledger.Beside,
) (Outcome, error) {
	var outcome Outcome
	var err error
	outcome.Outcome, err = c.store.Update(ctx, call, func(s recipestore.State) (recipestore.Decision, error) {
		var err error
		if outcome.Result, err = decide(s); err != nil {
			return recipestore.Decision{}, err
		}
		return c.decision(outcome.Result)
	}, beside...)
	return outcome, err
}

// decision converts a result to what the store writes.
func (c *Commands) decision(r Result) (d recipestore.Decision, err error) {
	if c.render != nil {
		if d.Answer, err = c.render(r); err != nil {
			return recipestore.Decision{}, err
		}
	}
	if d.Event = r.event; d.Event != nil && r.Type != events.GroceryRequested {
		d.Recipe = &r.Recipe
	}
	return d, nil
}

func refused(why error) (Result, error) { return Result{Refused: why}, nil }

// written is the result of storing a recipe in the given state.
func written(user string, t events.Type, r events.Recipe) (Result, error) {
	data, err := recipe.EncodeRecipe(r)
	return Result{Type: t, Recipe: r, Data: data, event: recipestore.RecipeEvent(user, t, r, data)}, err
}
