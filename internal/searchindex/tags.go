package searchindex

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// TagLabel is a tag with its comparison key.
type TagLabel struct{ Key, Name string }

// TagLabels returns a document's tags, one per key, with the first of its names. Names have no
// control characters.
func TagLabels(tags []string) []TagLabel {
	var labels []TagLabel
	for _, tag := range tagsOf(tags) {
		labels = append(labels, TagLabel{Key: tag.key, Name: strings.Map(dropControl, strings.TrimSpace(tag.name))})
	}
	return labels
}

type keyedTag struct{ key, name string }

func tagsOf(tags []string) []keyedTag {
	var keyed []keyedTag
	seen := map[string]bool{"": true}
	for _, tag := range tags {
		key := TagKey(tag)
		if seen[key] {
			continue
		}
		seen[key] = true
		keyed = append(keyed, keyedTag{key, tag})
	}
	return keyed
}

// TagsOf counts the tags of an owner's documents in memory, as Index.Tags does.
func TagsOf(docs iter.Seq[Document], owner string) []Tag {
	counts := map[TagLabel]int{}
	for doc := range docs {
		if doc.Owner != owner || doc.Deleted {
			continue
		}
		for _, label := range TagLabels(doc.Tags) {
			counts[label]++
		}
	}
	return RankTags(counts)
}

// FoodsOf counts the foods of an owner's documents in memory, as Index.Foods does.
func FoodsOf(docs iter.Seq[Document], owner, prefix string, limit int) []Tag {
	counts := map[string]int{}
	for doc := range docs {
		if doc.Owner != owner || doc.Deleted {
			continue
		}
		for _, food := range DocumentFoods(doc) {
			if strings.HasPrefix(food, prefix) {
				counts[food]++
			}
		}
	}
	return RankFoods(counts, limit)
}

// RankFoods orders foods by how many documents have each, then by name, and keeps the first.
func RankFoods(counts map[string]int, limit int) []Tag {
	foods := make([]Tag, 0, len(counts))
	for name, count := range counts {
		foods = append(foods, Tag{Name: name, Count: count})
	}
	slices.SortFunc(foods, func(a, b Tag) int { return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name)) })
	return foods[:min(limit, len(foods))]
}

// RankTags orders tags by how many documents have each, then by key. It shows a key's most common
// name, and the first of equally common ones.
func RankTags(counts map[TagLabel]int) []Tag {
	type group struct {
		Tag
		key  string
		most int
	}
	groups := map[string]*group{}
	for label, count := range counts {
		g := groups[label.Key]
		if g == nil {
			g = &group{key: label.Key}
			groups[label.Key] = g
		}
		g.Count += count
		if count > g.most || count == g.most && label.Name < g.Name {
			g.Name, g.most = label.Name, count
		}
	}
	ranked := make([]*group, 0, len(groups))
	for _, g := range groups {
		ranked = append(ranked, g)
	}
	slices.SortFunc(ranked, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.key, b.key))
	})
	tags := make([]Tag, len(ranked))
	for i, g := range ranked {
		tags[i] = g.Tag
	}
	return tags
}
