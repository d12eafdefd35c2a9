package events

// Type names what happened. Its value travels as the CloudEvents attribute "type".
type Type string

// The types on the stream LARDER, and on the public feed GROCERY (the last two).
const (
	RecipeCreated      Type = "recipe.created"
	RecipeUpdated      Type = "recipe.updated"
	RecipeDeleted      Type = "recipe.deleted"
	RecipeRestored     Type = "recipe.restored"
	RecipeFileAttached Type = "recipe.file-attached"
	RecipeFileRemoved  Type = "recipe.file-removed"
	RecipeMarked       Type = "recipe.marked" // only favourite and rating changed

	GroceryRequested Type = "grocery.requested"

	ImportRequested       Type = "import.requested"
	ImportFetched         Type = "import.fetched"
	ImportDelayed         Type = "import.delayed"
	ImportRecipeRead      Type = "import.recipe-read"
	ImportRecipeFailed    Type = "import.recipe-failed"
	ImportRecipeSkipped   Type = "import.recipe-skipped"
	ImportRecipeWritten   Type = "import.recipe-written"
	ImportRecipeReplaced  Type = "import.recipe-replaced"
	ImportRecipeRestored  Type = "import.recipe-restored"
	ImportPictureAttached Type = "import.picture-attached"
	ImportFinished        Type = "import.finished"
	ImportFailed          Type = "import.failed"
	ImportCancelled       Type = "import.cancelled"
	ImportUndoRequested   Type = "import.undo-requested"
	ImportUndone          Type = "import.undone"

	UserAdded   Type = "user.added"
	UserChanged Type = "user.changed"
	UserDeleted Type = "user.deleted"

	ItemsAdded Type = "grocery.items-added"
	UserErased Type = "grocery.user-erased"
)

// IsRecipe reports whether an event of this type carries a whole Recipe.
func (t Type) IsRecipe() bool {
	switch t {
	case RecipeCreated, RecipeUpdated, RecipeDeleted, RecipeRestored, RecipeFileAttached, RecipeFileRemoved,
		RecipeMarked:
		return true
	default:
		return false
	}
}

// IsUser reports whether an event of this type carries a User.
func (t Type) IsUser() bool { return t == UserAdded || t == UserChanged || t == UserDeleted }

// IsImport reports whether an event of this type carries an Import.
func (t Type) IsImport() bool {
	switch t {
	case ImportRequested, ImportFetched, ImportDelayed, ImportRecipeRead, ImportRecipeFailed, ImportRecipeSkipped,
		ImportRecipeWritten, ImportRecipeReplaced, ImportRecipeRestored, ImportPictureAttached, ImportFinished, ImportFailed,
		ImportCancelled, ImportUndoRequested, ImportUndone:
		return true
	default:
		return false
	}
}
