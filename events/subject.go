package events

import (
	"fmt"
	"strings"
)

// The two streams. Stream holds every event of the system; Feed is what the grocery app may read.
const (
	Stream = "LARDER"
	Feed   = "GROCERY"
)

// UnfilledNote is in the metadata of a stream LARDER that is new, until it has what the ledger had published before.
const UnfilledNote = "larder-unfilled"

// StreamSubjects are the subjects that the stream LARDER keeps.
func StreamSubjects() []string {
	return []string{"larder.recipe.*.*", "larder.grocery.*.*", "larder.user.*"}
}

// FeedSubjects are the subjects that the stream GROCERY keeps.
func FeedSubjects() []string { return []string{"grocery.*.added", "grocery.*.erased"} }

// Filters for consumers of the stream LARDER.
const (
	AllRecipes   = "larder.recipe.>"
	AllGroceries = "larder.grocery.>"
	AllUsers     = "larder.user.>"
)

// RecipeSubject is the subject of every event of one recipe.
func RecipeSubject(user, recipe string) string { return "larder.recipe." + user + "." + recipe }

// RecipeOf gives the user and the recipe of a subject of recipe events; false for any other subject.
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

// AllOfRecipe is the filter for every event of the recipes with an id: each user may have one.
func AllOfRecipe(recipe string) string { return RecipeSubject("*", recipe) }

// RecipesOf is the filter for every recipe event of one user.
func RecipesOf(user string) string { return "larder.recipe." + user + ".>" }

// GrocerySubject is the subject of one grocery request.
func GrocerySubject(user, request string) string { return "larder.grocery." + user + "." + request }

// GroceriesOf is the filter for every grocery request of one user.
func GroceriesOf(user string) string { return "larder.grocery." + user + ".>" }

// UserSubject is the subject of every event of one account.
func UserSubject(user string) string { return "larder.user." + user }

// FeedSubject is the subject on the public feed for one user's additions.
func FeedSubject(user string) string { return "grocery." + user + ".added" }

// ErasedSubject is the subject on the public feed that says that a user is no more.
func ErasedSubject(user string) string { return "grocery." + user + ".erased" }

// AllFeed is the filter for everything on the public feed.
const AllFeed = "grocery.*.*"

// OwnerOf gives the user that a subject of either stream belongs to. It refuses a subject of another
// shape, since lanes, permissions and the erasing of a user all rest on it: a wildcard in the user's place
// would erase everybody.
func OwnerOf(subject string) (string, error) {
	parts := strings.Split(subject, ".")
	for _, token := range parts {
		if token == "" || strings.ContainsAny(token, "*> \t\r\n") {
			return "", fmt.Errorf("subject %q has the token %q: %w", subject, token, ErrMalformed)
		}
	}
	switch {
	case len(parts) == 4 && parts[0] == "larder" && (parts[1] == "recipe" || parts[1] == "grocery"):
		return parts[2], nil
	case len(parts) == 3 && parts[0] == "larder" && parts[1] == "user":
		return parts[2], nil
	case len(parts) == 3 && parts[0] == "grocery" && (parts[2] == "added" || parts[2] == "erased"):
		return parts[1], nil
	default:
		return "", fmt.Errorf("subject %q is of neither stream: %w", subject, ErrMalformed)
	}
}
