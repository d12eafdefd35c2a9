package food

//go:generate go test -run TestTheApp -count 1 . -args -update

import (
	"maps"
	"slices"
)

// AppTables are the tables of this package for the app, which finds recipes by food offline too.
type AppTables struct {
	Irregular map[string]string   `json:"irregular"` // singular forms
	Endings   []AppEnding         `json:"endings"`   // in order; the first that fits decides
	Groups    map[string]AppGroup `json:"groups"`
	Names     map[string]string   `json:"names"` // of groups
}

// AppEnding is a plural ending, its singular, and the minimum length of the rest.
type AppEnding struct {
	Plural   string `json:"plural"`
	Singular string `json:"singular"`
	Stem     int    `json:"stem"`
}

// AppGroup holds the keys of a group's foods, ends of compounds, and foods that aren't in it.
type AppGroup struct {
	Members    []string `json:"members"`
	Ends       []string `json:"ends"`
	Exceptions []string `json:"exceptions"`
}

// ForTheApp returns the tables.
func ForTheApp() AppTables {
	tables := AppTables{Irregular: irregular, Groups: map[string]AppGroup{}, Names: groupOf}
	for _, e := range endings {
		tables.Endings = append(tables.Endings, AppEnding{Plural: e.plural, Singular: e.singular, Stem: e.stem})
	}
	for _, g := range groups {
		tables.Groups[g.key] = AppGroup{
			Members:    append([]string{}, slices.Sorted(maps.Keys(g.members))...),
			Ends:       append([]string{}, slices.Compact(slices.Sorted(slices.Values(g.ends)))...),
			Exceptions: append([]string{}, slices.Sorted(maps.Keys(g.exceptions))...),
		}
	}
	return tables
}
