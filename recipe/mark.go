package recipe

import "larder.dev/events"

// MaxRating is the most stars that a recipe can have.
const MaxRating = 5

// Mark is what the owner thinks of a recipe. It isn't part of what a cook writes, so a Draft has
// none, and writing and marking a recipe never conflict.
type Mark struct {
	Favourite bool `json:"favourite"`
	Rating    *int `json:"rating"` // 1 to MaxRating stars; nil if there is none
}

// MarkOf returns a recipe's mark.
func MarkOf(r events.Recipe) Mark { return Mark{Favourite: r.Favourite, Rating: r.Rating} }

// Known returns the mark without a rating that is no number of stars.
func (m Mark) Known() Mark {
	if m.Rating != nil && (*m.Rating < 1 || *m.Rating > MaxRating) {
		m.Rating = nil
	}
	return m
}

// On returns the recipe with this mark.
func (m Mark) On(r events.Recipe) events.Recipe {
	r.Favourite, r.Rating = m.Favourite, m.Rating
	return r
}

// MarkChange changes a mark. What is nil stays as it is.
type MarkChange struct {
	Favourite *bool
	Rating    *int // 0 takes the rating back
}

// Remark returns the next version of the recipe with its mark changed, and whether that makes a
// difference. updated_at stays, because a recipe that somebody likes isn't rewritten.
func Remark(current events.Recipe, change MarkChange) (next events.Recipe, changed bool) {
	next = current
	if change.Favourite != nil {
		next.Favourite = *change.Favourite
	}
	if change.Rating != nil {
		next = Mark{Favourite: next.Favourite, Rating: change.Rating}.Known().On(next)
	}
	if next.Favourite == current.Favourite && Stars(next.Rating) == Stars(current.Rating) {
		return current, false
	}
	next.Version++
	return next, true
}

// Stars is a rating as a number, 0 for none.
func Stars(rating *int) int {
	if rating == nil {
		return 0
	}
	return *rating
}
