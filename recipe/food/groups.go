package food

import (
	_ "embed"
	"slices"
	"strings"

	"larder.dev/internal/wordfold"
)

//go:embed groups.txt
var groupsText string

// group is a set of foods with a name, such as meat.
type group struct {
	key     string
	members map[string]bool // keys of foods
	ends    []string        // folded ends of compound words
	// exceptions are keys of foods that are not in the group although their words are.
	exceptions map[string]bool
}

// groups are in the table's order, and groupOf maps the key of each of their names to their own.
//
//nolint:gochecknoglobals // the table, read once
var groups, groupOf = readGroups(groupsText)

func readGroups(text string) ([]*group, map[string]string) {
	var list []*group
	names := map[string]string{}
	for row := range strings.SplitSeq(joinRows(text), "\n") {
		heading, foods, found := strings.Cut(row, "=")
		if !found {
			continue
		}
		name, others, _ := strings.Cut(heading, ":")
		g := &group{key: strings.TrimSpace(name), members: map[string]bool{}, exceptions: map[string]bool{}}
		for other := range strings.SplitSeq(others, ",") {
			if other = Key(other); other != "" {
				names[other] = g.key
				g.members[other] = true
			}
		}
		for member := range strings.SplitSeq(foods, ",") {
			g.add(strings.TrimSpace(member))
		}
		list = append(list, g)
	}
	return list, names
}

func (g *group) add(entry string) {
	switch {
	case entry == "":
	case entry[0] == '-':
		g.ends = append(g.ends, wordfold.Key(entry[1:]), Key(entry[1:])) // a key may have lost its last letters
	case entry[0] == '!':
		g.exceptions[Key(entry[1:])] = true
	default:
		g.members[Key(entry)] = true
	}
}

// joinRows drops comments and joins continued rows.
func joinRows(text string) string {
	var b strings.Builder
	for row := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.HasPrefix(row, "#"):
		case strings.HasPrefix(row, " "):
			b.WriteString(row)
		default:
			b.WriteString("\n" + row)
		}
	}
	return b.String()
}

// maxWords bounds how much of a name is searched for members of groups.
const maxWords = 8

// groupsOf returns the keys of the groups that a food belongs to: those with a member among its
// words.
func groupsOf(key string) []string {
	words := strings.Split(key, " ")
	words = words[:min(len(words), maxWords)]
	var of []string
	for _, g := range groups {
		if !g.has(words) {
			continue
		}
		if g.key == substitute {
			return nil
		}
		of = append(of, g.key)
	}
	return of
}

// substitute is the first row of the table: words of foods without what they are named after, such
// as a vegan sausage.
const substitute = "substitute"

func (g *group) has(words []string) bool {
	found := false
	for from, word := range words {
		found = found || slices.ContainsFunc(g.ends, func(end string) bool { return strings.HasSuffix(word, end) })
		for to := from + 1; to <= len(words); to++ {
			part := strings.Join(words[from:to], " ")
			if g.exceptions[part] {
				return false
			}
			found = found || g.members[part]
		}
	}
	return found
}
