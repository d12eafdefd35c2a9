package events

import (
	"fmt"
	"strings"
)

// The two streams: Stream holds every event of the system, Feed what the grocery app may read.
const (
	Stream = "LARDER"
	Feed   = "GROCERY"
)

// UnfilledNote is in the metadata of a new stream LARDER until it holds everything the ledger had
// published before.
const UnfilledNote = "larder-unfilled"

// StreamSubjects returns the subjects that the stream LARDER stores.
func StreamSubjects() []string {
	return []string{"larder.recipe.*.*", "larder.grocery.*.*", "larder.import.*.*", "larder.user.*"}
}

// FeedSubjects returns the subjects that the stream GROCERY stores.
func FeedSubjects() []string { return []string{"grocery.*.added", "grocery.*.erased"} }

// Filters for consumers of the stream LARDER.
const (
	AllRecipes   = "larder.recipe.>"
	AllGroceries = "larder.grocery.>"
	AllImports   = "larder.import.>"
	AllUsers     = "larder.user.>"
)

// RecipeSubject returns the subject of every event of one recipe.
func RecipeSubject(user, recipe string) string { return "larder.recipe." + user + "." + recipe }

// RecipeOf returns the user and the recipe of a recipe event's subject; ok is false for any other
// subject.
func RecipeOf(subject string) (user, recipe string, ok bool) {
	if _, err := OwnerOf(subject); err != nil {
		return "", "", false
	}
	parts := strings.Split(subject, ".")
	if len(parts) != 4 || parts[1] != "recipe" {
		return "", "", false
	}
	return parts[2], parts[3], true
}

// AllOfRecipe returns the filter for the events of every recipe with an id: each user may have one.
func AllOfRecipe(recipe string) string { return RecipeSubject("*", recipe) }

// RecipesOf returns the filter for every recipe event of one user.
func RecipesOf(user string) string { return "larder.recipe." + user + ".>" }

// GrocerySubject returns the subject of one grocery request.
func GrocerySubject(user, request string) string { return "larder.grocery." + user + "." + request }

// GroceriesOf returns the filter for every grocery request of one user.
func GroceriesOf(user string) string { return "larder.grocery." + user + ".>" }

// ImportSubject returns the subject of every event of one import.
func ImportSubject(user, id string) string { return "larder.import." + user + "." + id }

// ImportsOf returns the filter for every import event of one user.
func ImportsOf(user string) string { return "larder.import." + user + ".>" }

// UserSubject returns the subject of every event of one account.
func UserSubject(user string) string { return "larder.user." + user }

// FeedSubject returns the public feed's subject for one user's additions.
func FeedSubject(user string) string { return "grocery." + user + ".added" }

// ErasedSubject returns the public feed's subject for the deletion of a user.
func ErasedSubject(user string) string { return "grocery." + user + ".erased" }

// AllFeed is the filter for everything on the public feed.
const AllFeed = "grocery.*.*"

// OwnerOf returns the user that a subject of either stream belongs to. It rejects subjects of any
// other shape, because lanes, permissions and user deletion depend on it: a wildcard in the user's
// place would erase everybody.
func OwnerOf(subject string) (string, error) {
	parts := strings.Split(subject, ".")
	for _, token := range parts {
		if token == "" || strings.ContainsAny(token, "*> \t\r\n") {
			return "", fmt.Errorf("subject %q has the token %q: %w", subject, token, ErrMalformed)
		}
	}
	switch {
	case len(parts) == 4 && parts[0] == "larder" && (parts[1] == "recipe" || parts[1] == "grocery" || parts[1] == "import"):
		return parts[2], nil
	case len(parts) == 3 && parts[0] == "larder" && parts[1] == "user":
		return parts[2], nil
	case len(parts) == 3 && parts[0] == "grocery" && (parts[2] == "added" || parts[2] == "erased"):
		return parts[1], nil
	default:
		return "", fmt.Errorf("subject %q is of neither stream: %w", subject, ErrMalformed)
	}
}
