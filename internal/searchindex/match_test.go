package searchindex_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/internal/searchindex"
)

// The tiers put the results that a cook expects first.
func TestMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, name string
		tier        int // 0: no match
	}{
		{"", "Anything", searchindex.TierExact},
		{"brulee", "Crème Brûlée", searchindex.TierExact},
		{"BRÛLÉE creme", "Crème Brûlée", searchindex.TierExact},
		{"brul", "Crème Brûlée", searchindex.TierPrefix},
		{"creme bru", "Crème Brûlée", searchindex.TierPrefix},
		{"creme tart", "Crème Brûlée", 0},
		{"rul", "Crème Brûlée", 0},
		{"brluee", "Crème Brûlée", searchindex.TierTypo},
		{"pork", "Pink lemonade", 0},
		{"prok", "Pork", searchindex.TierTypo},
		{"pok", "Pork", searchindex.TierTypo},
		{"porkk", "Pork", searchindex.TierTypo},
		{"fork", "Pork", 0},
		{"choclat", "Chocolate", searchindex.TierTypo},
		{"choc", "Chocolate", searchindex.TierPrefix},
		{"chcolte", "Chocolate", searchindex.TierTypo},
		{"chcolt", "Chocolate", 0},
		{"chcola", "Chocolate", searchindex.TierTypo},
		{"chocloa", "Chocolate", searchindex.TierTypo},
		{"pork", "Porridge", 0},
		{"sopu", "Soupe", searchindex.TierTypo},
		{"pie", "Pizza", 0},
		{"kuchen", "Apfelkuchen", searchindex.TierPart},
		{"kuch", "Apfelkuchen", searchindex.TierPart},
		{"kuc", "Apfelkuchen", 0},
		{"pfelkuchen", "Apfelkuchen", 0},
		{"100", "1000 or 101", searchindex.TierPrefix},
		{"101", "100", 0},
		{"nawlins", "N'awlins", searchindex.TierExact},
		{"gluten-free", "Glutenfree", searchindex.TierExact},
		{"gluten free", "Glutenfree", searchindex.TierPart},
		{"mac and cheese", "Mac & cheese", searchindex.TierExact},
		{"mac an", "Mac & cheese", searchindex.TierPrefix},
		{"mac and", "Mac & cheese", searchindex.TierExact},
		{"and", "Mac & cheese", 0},
		{"15", "1.5 l", 0},
		{"pi", "Pie", searchindex.TierPrefix},
		{"pu", "Pie", 0},
		{"pei", "Pie", searchindex.TierTypo},
		{"pie", "Pie Pies", searchindex.TierExact},
		{"豆腐", "麻婆豆腐", searchindex.TierExact},
	} {
		tier, ok := searchindex.Match(searchindex.Terms(c.query), c.name)
		require.Equal(t, c.tier != 0, ok, "%q in %q", c.query, c.name)
		require.Equal(t, c.tier, tier, "%q in %q", c.query, c.name)
	}
}

// An index reads only words that begin with the stem, and tails that begin with the word: no match
// may lie outside.
func TestEveryMatchIsWithinReach(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[abcß豆7]{1,9}`)
	rapid.Check(t, func(t *rapid.T) {
		query, candidate := word.Draw(t, "query"), word.Draw(t, "word")
		tier, ok := searchindex.MatchWord(query, candidate)
		switch {
		case !ok:
		case tier == searchindex.TierPart:
			require.True(t, searchindex.AsksForPart(query))
			require.True(t, slices.ContainsFunc(searchindex.Tails(candidate),
				func(tail string) bool { return strings.HasPrefix(tail, query) }))
		default:
			require.Equal(t, searchindex.Stem(query), candidate[:len(searchindex.Stem(query))])
		}
	})
}
