package recipe_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/events"
	"larder.dev/recipe"
)

// A mark changes what is named and nothing else, and a change that makes no difference makes no
// version.
func TestRemarkChangesTheMarkAlone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		stars := rapid.Ptr(rapid.IntRange(1, recipe.MaxRating), true)
		before := events.Recipe{Name: "Soup", Version: 3, Favourite: rapid.Bool().Draw(t, "favourite"), Rating: stars.Draw(t, "rating")}
		change := recipe.MarkChange{
			Favourite: rapid.Ptr(rapid.Bool(), true).Draw(t, "change favourite"),
			Rating:    rapid.Ptr(rapid.IntRange(0, recipe.MaxRating), true).Draw(t, "change rating"),
		}
		want := before
		if change.Favourite != nil {
			want.Favourite = *change.Favourite
		}
		if change.Rating != nil {
			if want.Rating = change.Rating; *change.Rating == 0 {
				want.Rating = nil
			}
		}
		differs := recipe.MarkOf(want).Favourite != before.Favourite || !equal(want.Rating, before.Rating)
		if differs {
			want.Version++
		}
		next, changed := recipe.Remark(before, change)
		require.Equal(t, differs, changed)
		require.Equal(t, want, next)

		again, changed := recipe.Remark(next, change)
		require.False(t, changed)
		require.Equal(t, next, again)
	})
}

func equal(a, b *int) bool { return a == b || a != nil && b != nil && *a == *b }
