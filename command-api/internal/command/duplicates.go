package command

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/wordfold"
	"larder.dev/recipe"
)

// Duplicates returns, for each of several recipes to be imported, the user's recipes that are the
// same: those with its name and its source address, else those with its name and its rows, else the
// one that has its source address. Names and rows are compared by their folded words.
//
// A page may have several recipes, so an address alone is no proof: it counts only if one of the
// recipes to be imported and one of the user's are left that have it.
func (c *Commands) Duplicates(ctx context.Context, user string, drafts []recipe.Draft) ([][]string, error) {
	return c.duplicates(ctx, user, drafts, nil)
}

// duplicates ignores the recipes in except, which the same import has written.
func (c *Commands) duplicates(ctx context.Context, user string, drafts []recipe.Draft, except map[string]bool) ([][]string, error) {
	if len(drafts) == 0 {
		return nil, nil
	}
	all, err := c.store.Sources(ctx, user)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s recipestore.Source) bool { return except[s.ID] })
	sameName := map[string][]recipestore.Source{}
	for _, s := range all {
		sameName[folded(s.Name)] = append(sameName[folded(s.Name)], s)
	}
	var asked []string // whose rows have to be compared
	for _, d := range drafts {
		for _, s := range sameName[folded(d.Name)] {
			if !sameAddress(s.SourceUrl, d.SourceURL) {
				asked = append(asked, s.ID)
			}
		}
	}
	slices.Sort(asked)
	rows, err := c.store.Ingredients(ctx, user, slices.Compact(asked))
	if err != nil {
		return nil, err
	}
	found := make([][]string, len(drafts))
	claimed := map[string]bool{}
	for n, d := range drafts {
		found[n] = namedAlike(d, sameName[folded(d.Name)], rows)
		for _, id := range found[n] {
			claimed[id] = true
		}
	}
	all = slices.DeleteFunc(all, func(s recipestore.Source) bool { return claimed[s.ID] })
	addAddressedAlike(found, drafts, all)
	return found, nil
}

// namedAlike returns those recipes of the same name that have the draft's address, else those that
// have its rows.
func namedAlike(d recipe.Draft, sameName []recipestore.Source, rows map[string][]events.Ingredient) []string {
	var byAddress, byRows []string
	for _, s := range sameName {
		if sameAddress(s.SourceUrl, d.SourceURL) {
			byAddress = append(byAddress, s.ID)
		} else if len(d.Ingredients) > 0 && slices.EqualFunc(rows[s.ID], d.Ingredients, sameRow) {
			byRows = append(byRows, s.ID)
		}
	}
	if len(byAddress) > 0 {
		return byAddress
	}
	return byRows
}

// addAddressedAlike pairs what is left on both sides by address, where that leaves one of each.
func addAddressedAlike(found [][]string, drafts []recipe.Draft, left []recipestore.Source) {
	has := map[string][]string{}
	for _, s := range left {
		if address := addressOf(s.SourceUrl); address != "" {
			has[address] = append(has[address], s.ID)
		}
	}
	wants := map[string][]int{}
	for n, d := range drafts {
		if address := addressOf(d.SourceURL); len(found[n]) == 0 && address != "" {
			wants[address] = append(wants[address], n)
		}
	}
	for address, places := range wants {
		if len(places) == 1 && len(has[address]) == 1 {
			found[places[0]] = has[address]
		}
	}
}

// folded returns a text's words without case and accents; a text without words stays as it is.
func folded(text string) string {
	if words := wordfold.Words(text); len(words) > 0 {
		return strings.Join(words, " ")
	}
	return text
}

func sameRow(a, b events.Ingredient) bool {
	return a.Text == b.Text || folded(a.Text) == folded(b.Text)
}

func sameAddress(a, b string) bool {
	address := addressOf(a)
	return address != "" && address == addressOf(b)
}

// addressOf returns what is the same in all spellings of a web address, or "" for other sources:
// many recipes may be from one book.
func addressOf(source string) string {
	if !strings.HasPrefix(source, "http://") && !strings.HasPrefix(source, "https://") {
		return ""
	}
	address, err := url.Parse(source)
	if err != nil {
		return ""
	}
	host := strings.TrimPrefix(strings.ToLower(address.Host), "www.")
	return host + strings.TrimSuffix(address.EscapedPath(), "/") + "?" + address.RawQuery
}
