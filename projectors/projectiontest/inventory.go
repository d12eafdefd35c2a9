package projectiontest

import (
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/projectors"
)

// A republished event replaces what the view has of its version, but never a newer one. A feed
// sends nothing again.
func (b *bench) again() {
	teller := NewTeller()
	if !b.takesRecipes() {
		story := teller.GroceryStory()
		b.apply(Delivered(story))
		want := b.dump(teller)
		for i := range story {
			story[i].Again = true
		}
		b.apply(Delivered(story))
		require.Equal(b, want, b.dump(teller))
		return
	}
	first := teller.Recipe(events.RecipeCreated, "soup", 1)
	second := teller.Recipe(events.RecipeUpdated, "soup", 2)
	deleted := second
	deleted.Type = events.RecipeDeleted
	b.apply(Delivered([]events.Envelope{second}))
	want := b.dump(teller)
	require.NotEmpty(b, want)
	b.apply(Delivered([]events.Envelope{deleted}))
	require.Equal(b, want, b.dump(teller))
	deleted.Again = true
	b.apply(Delivered([]events.Envelope{deleted}))
	require.Empty(b, b.dump(teller))
	second.Again, first.Again = true, true
	b.apply(Delivered([]events.Envelope{first, second, first}))
	require.Equal(b, want, b.dump(teller))
}

// Once a recipe is forgotten, the view only records that it was deleted, even if its older events
// are redelivered.
func (b *bench) forgotten() {
	teller := NewTeller()
	if !b.takesRecipes() {
		request, other := teller.Grocery("soup"), teller.Grocery("bread")
		b.apply(Delivered([]events.Envelope{request, other}))
		b.apply(Delivered([]events.Envelope{Forgotten(request)}))
		b.apply(Delivered([]events.Envelope{Forgotten(request), other}))
		require.Len(b, b.dump(teller), 1)
		b.apply(Delivered([]events.Envelope{Forgotten(other), teller.Grocery("tea")}))
		require.Contains(b, b.dump(teller), "tea")
		require.Len(b, b.dump(teller), 1)
		return
	}
	created, deleted := teller.Recipe(events.RecipeCreated, "soup", 1), teller.Recipe(events.RecipeDeleted, "soup", 2)
	b.apply(Delivered([]events.Envelope{created, deleted}))
	b.apply(Delivered([]events.Envelope{Forgotten(deleted)}))
	b.apply(Delivered([]events.Envelope{created, deleted}))
	require.Empty(b, b.dump(teller))
	if inventory, ok := b.view.Projection.(projectors.Inventory); ok {
		want, _, err := b.view.Expect(Forgotten(deleted))
		require.NoError(b, err)
		have, err := inventory.Fingerprints(b.Context(), []string{deleted.Subject})
		require.NoError(b, err)
		require.Equal(b, []projectors.Fingerprint{want}, have)
	}
	again := teller.Recipe(events.RecipeCreated, "soup", 3)
	b.apply(Delivered([]events.Envelope{again, Forgotten(deleted)}))
	require.Len(b, b.dump(teller), 1, "its id was used again meanwhile")
}

// The inventory matches the last event of each subject, and excludes other users.
func (b *bench) inventory() {
	inventory, ok := b.view.Projection.(projectors.Inventory)
	require.Equal(b, b.view.Expect != nil, ok)
	if !ok {
		return
	}
	teller, other := NewTeller(), NewTeller()
	story := teller.RecipeStory()
	b.apply(Delivered(story))
	b.apply(Delivered(other.RecipeStory()))

	want := map[string]projectors.Fingerprint{}
	for _, e := range story {
		expected, kept, err := b.view.Expect(e)
		require.NoError(b, err)
		require.True(b, kept)
		want[e.Subject] = expected
	}
	_, kept, err := b.view.Expect(teller.Grocery("soup"))
	require.NoError(b, err)
	require.False(b, kept)

	subjects := b.subjects(inventory, teller.User)
	require.Len(b, subjects, len(want))
	list, err := inventory.Fingerprints(b.Context(), append(subjects, events.RecipeSubject(teller.User, other.ID("soup")), "larder.strange"))
	require.NoError(b, err)
	require.Len(b, list, len(want))
	for _, have := range list {
		require.Equal(b, want[have.Subject], have)
	}
	require.Len(b, b.subjects(inventory, ""), 2*len(want))
}

// subjects lists everything the view has of a user.
func (b *bench) subjects(inventory projectors.Inventory, user string) []string {
	b.Helper()
	var all []string
	for cursor := ""; ; {
		page, err := inventory.Subjects(b.Context(), user, cursor)
		require.NoError(b, err)
		all = append(all, page.Subjects...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}
