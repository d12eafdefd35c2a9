// Package command is what can be done to a recipe, a file for each: it looks at what is there, lets the rules decide, and
// has it written. It knows no HTTP: what a command has come to is a Result, which whoever calls tells in their own way.
package command

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Why a command wrote nothing. It is a Result and no error: under a key it is kept like any other, so that a repeat doesn't
// do later what was refused at first.
var (
	ErrNoRecipe  = errors.New("there is no such recipe")
	ErrNoVersion = errors.New("the recipe has no such version")
	ErrTextGone  = errors.New("the recipe was deleted so long ago that its text is gone")
	ErrNoGrocery = errors.New("the account has no access to the grocery app")
)

// Conflict is a recipe that is at another version than the caller takes it to be.
type Conflict struct{ Current events.Recipe }

func (c *Conflict) Error() string { return "the recipe is at another version" }

// ErrTooManyRecipes is the error of a recipe more than a user may have.
var ErrTooManyRecipes = recipestore.ErrTooManyRecipes

// Call is who asks, about which recipe, and the key by which a repeat is known.
type Call = recipestore.Command

// IfVersion tells whether a command may be done to a recipe at a version; nil for any.
type IfVersion func(version int64) bool

func (i IfVersion) admits(version int64) bool { return i == nil || i(version) }

// Result is what a command has come to.
type Result struct {
	Refused error         // why nothing was written; nil where nothing is wrong
	Type    events.Type   // what happened; "" where there was nothing to change
	Recipe  events.Recipe // as it is now; as it was deleted
	Data    []byte        // it as JSON, or what was asked for the grocery list: the very data of the event

	event *recipestore.Event
}

// Outcome is a Result, and the answer that was made of it. A repeated command has the first answer and no Result.
type Outcome struct {
	recipestore.Outcome

	Result Result
}

// Commands do them.
type Commands struct {
	store  *recipestore.Store
	render func(Result) (ledger.Answer, error) // nil for callers without a key
}

// New makes the commands of a store, for callers that repeat nothing by a key.
func New(store *recipestore.Store) *Commands { return &Commands{store: store} }

// Answering gives commands whose answers are made by render, and kept under the key of a call.
func (c *Commands) Answering(render func(Result) (ledger.Answer, error)) *Commands {
	return &Commands{store: c.store, render: render}
}

// update decides over what is there, under the user's lock.
func (c *Commands) update(ctx context.Context, call Call, decide func(recipestore.State) (Result, error)) (Outcome, error) {
	var outcome Outcome
	var err error
	outcome.Outcome, err = c.store.Update(ctx, call, func(s recipestore.State) (recipestore.Decision, error) {
		var err error
		if outcome.Result, err = decide(s); err != nil {
			return recipestore.Decision{}, err
		}
		return c.decision(outcome.Result)
	})
	return outcome, err
}

// decision is what the store writes of a result.
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

// written is a recipe that is as given from now on.
func written(user string, t events.Type, r events.Recipe) (Result, error) {
	data, err := recipe.EncodeRecipe(r)
	return Result{Type: t, Recipe: r, Data: data, event: recipestore.RecipeEvent(user, t, r, data)}, err
}
