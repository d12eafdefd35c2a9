package searchindex_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/wordfold"
)

// The tiers are what a cook sees as "the right ones first".
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
		{"pi", "Pie", searchindex.TierPrefix},
		{"pu", "Pie", 0},
		{"pei", "Pie", searchindex.TierTypo},
		{"pie", "Pie Pies", searchindex.TierExact},
		{"豆腐", "麻婆豆腐", searchindex.TierExact},
	} {
		tier, ok := searchindex.Match(wordfold.Words(c.query), c.name)
		require.Equal(t, c.tier != 0, ok, "%q in %q", c.query, c.name)
		require.Equal(t, c.tier, tier, "%q in %q", c.query, c.name)
	}
}

// An index reads only the words that begin with the stem: no match may lie outside.
func TestEveryMatchBeginsWithTheStem(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[abcß]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		query, candidate := word.Draw(t, "query"), word.Draw(t, "word")
		if _, ok := searchindex.MatchWord(query, candidate); ok {
			require.Equal(t, searchindex.Stem(query), candidate[:len(searchindex.Stem(query))])
		}
	})
}
