package events

import (
	"encoding/json"
	"fmt"
)

// upcaster turns the data of version n into version n+1.
type upcaster func(json.RawMessage) (json.RawMessage, error)

// history holds one type's upcasters: upcasters[i] leads from version i+1 to i+2, so the current
// version is len(upcasters)+1. Never remove a version: whatever was published must stay readable
// forever.
type history struct {
	upcasters []upcaster
}

func (h history) current() int { return len(h.upcasters) + 1 }

// recipeHistory is the history of every type that carries a recipe.
//
//nolint:gochecknoglobals // a constant, but for the language: it is asked for with every event, so it is made once
var recipeHistory = history{upcasters: []upcaster{colorFiles, noSecond, noDetails, noMark}}

// importRequestHistory is the history of import.requested.
//
//nolint:gochecknoglobals // like recipeHistory
var importRequestHistory = history{upcasters: []upcaster{noReplace}}

// historyOf returns the history of a type, or false if this build can't read it.
func historyOf(t Type) (history, bool) {
	switch t {
	case RecipeCreated, RecipeUpdated, RecipeDeleted, RecipeRestored, RecipeFileAttached, RecipeFileRemoved:
		return recipeHistory, true
	case ImportRequested:
		return importRequestHistory, true
	case RecipeMarked: // its version 1 carries the recipe of version 5 of the others
		return history{}, true
	case ImportFetched, ImportDelayed, ImportRecipeRead, ImportRecipeFailed, ImportRecipeSkipped,
		ImportRecipeWritten, ImportRecipeReplaced, ImportRecipeRestored, ImportPictureAttached, ImportFinished, ImportFailed,
		ImportCancelled, ImportUndoRequested, ImportUndone:
		return history{}, true
	case GroceryRequested, UserAdded, UserChanged, UserDeleted, ItemsAdded, UserErased:
		return history{}, true
	default:
		return history{}, false
	}
}

// CurrentVersion returns the schema version that this build writes for a type, or 0 for an unknown
// type.
func CurrentVersion(t Type) int {
	h, ok := historyOf(t)
	if !ok {
		return 0
	}
	return h.current()
}

// Types lists every type that this build can read, in alphabetical order.
func Types() []Type {
	return []Type{
		ItemsAdded, GroceryRequested, UserErased,
		ImportCancelled, ImportDelayed, ImportFailed, ImportFetched, ImportFinished, ImportPictureAttached, ImportRecipeFailed,
		ImportRecipeRead, ImportRecipeReplaced, ImportRecipeRestored, ImportRecipeSkipped, ImportRecipeWritten, ImportRequested,
		ImportUndoRequested, ImportUndone,
		RecipeCreated, RecipeDeleted, RecipeFileAttached, RecipeFileRemoved, RecipeMarked, RecipeRestored, RecipeUpdated,
		UserAdded, UserChanged, UserDeleted,
	}
}

// Known checks whether this build can read the event: nil, ErrUnknownType or ErrUnknownVersion.
func Known(e Envelope) error {
	h, ok := historyOf(e.Type)
	if !ok {
		return fmt.Errorf("event %s of type %q: %w", e.ID, e.Type, ErrUnknownType)
	}
	if e.SchemaVersion < 1 || e.SchemaVersion > h.current() {
		return fmt.Errorf("event %s: %s version %d, known up to %d: %w",
			e.ID, e.Type, e.SchemaVersion, h.current(), ErrUnknownVersion)
	}
	return nil
}

// KnownRecipe is Known for events that carry a recipe; any other type is ErrUnknownType.
func KnownRecipe(e Envelope) error {
	if !e.Type.IsRecipe() {
		return fmt.Errorf("event %s of type %q carries no recipe: %w", e.ID, e.Type, ErrUnknownType)
	}
	return Known(e)
}

// DecodeRecipe reads the recipe of an event of any version. Besides the errors of Known it returns
// ErrMalformed, also if the body belongs to another recipe than the subject.
func DecodeRecipe(e Envelope) (Recipe, error) {
	if err := KnownRecipe(e); err != nil {
		return Recipe{}, err
	}
	r, err := decode[Recipe](e)
	if err != nil {
		return Recipe{}, err
	}
	return r, e.CheckRecipe(r.ID, r.Version)
}

// CheckRecipe checks that the event's subject and version match the recipe it carries. The error is
// ErrMalformed.
func (e Envelope) CheckRecipe(recipe string, version int64) error {
	if RecipeSubject(e.User(), recipe) != e.Subject || version != e.Version {
		return fmt.Errorf("event %s on %s carries recipe %q version %d: %w", e.ID, e.Subject, recipe, version, ErrMalformed)
	}
	return nil
}

// DecodeGrocery reads the data of grocery.requested or grocery.items-added.
func DecodeGrocery(e Envelope) (Grocery, error) {
	if e.Type != GroceryRequested && e.Type != ItemsAdded {
		return Grocery{}, fmt.Errorf("event %s of type %q carries no grocery: %w", e.ID, e.Type, ErrUnknownType)
	}
	g, err := decode[Grocery](e)
	if err != nil {
		return Grocery{}, err
	}
	if g.RequestID == "" {
		return Grocery{}, fmt.Errorf("event %s has no request_id: %w", e.ID, ErrMalformed)
	}
	if e.Type == GroceryRequested && GrocerySubject(e.User(), g.RequestID) != e.Subject {
		return Grocery{}, fmt.Errorf("event %s on %s carries request %q: %w", e.ID, e.Subject, g.RequestID, ErrMalformed)
	}
	return g, nil
}

// DecodeImport reads the data of an event of an import.
func DecodeImport(e Envelope) (Import, error) {
	if !e.Type.IsImport() {
		return Import{}, fmt.Errorf("event %s of type %q carries no import: %w", e.ID, e.Type, ErrUnknownType)
	}
	i, err := decode[Import](e)
	if err != nil {
		return Import{}, err
	}
	if ImportSubject(e.User(), i.ImportID) != e.Subject {
		return Import{}, fmt.Errorf("event %s on %s carries import %q: %w", e.ID, e.Subject, i.ImportID, ErrMalformed)
	}
	return i, nil
}

// DecodeErased reads the data of grocery.user-erased.
func DecodeErased(e Envelope) (Erased, error) {
	if e.Type != UserErased {
		return Erased{}, fmt.Errorf("event %s of type %q erases nobody: %w", e.ID, e.Type, ErrUnknownType)
	}
	erased, err := decode[Erased](e)
	if err != nil {
		return Erased{}, err
	}
	if ErasedSubject(erased.UserID) != e.Subject {
		return Erased{}, fmt.Errorf("event %s on %s erases %q: %w", e.ID, e.Subject, erased.UserID, ErrMalformed)
	}
	return erased, nil
}

// DecodeUser reads the account of an event.
func DecodeUser(e Envelope) (User, error) {
	if !e.Type.IsUser() {
		return User{}, fmt.Errorf("event %s of type %q carries no user: %w", e.ID, e.Type, ErrUnknownType)
	}
	u, err := decode[User](e)
	if err != nil {
		return User{}, err
	}
	if UserSubject(u.ID) != e.Subject {
		return User{}, fmt.Errorf("event %s on %s carries user %q: %w", e.ID, e.Subject, u.ID, ErrMalformed)
	}
	return u, nil
}

func decode[T any](e Envelope) (T, error) {
	var v T
	if err := Known(e); err != nil {
		return v, err
	}
	h, _ := historyOf(e.Type)
	data, err := h.upcast(e.Data, e.SchemaVersion)
	if err != nil {
		return v, fmt.Errorf("event %s: %w: %w", e.ID, ErrMalformed, err)
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("event %s: %w: %w", e.ID, ErrMalformed, err)
	}
	return v, nil
}

func (h history) upcast(data json.RawMessage, from int) (json.RawMessage, error) {
	for v := from; v < h.current(); v++ {
		next, err := h.upcasters[v-1](data)
		if err != nil {
			return nil, fmt.Errorf("upcast from version %d: %w", v, err)
		}
		data = next
	}
	return data, nil
}
