package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/importer/found"
)

var partings = regexp.MustCompile(`\s*[|·•;]\s*|,\s+|\s{3,}|\s+[–—]\s+`)

// stops matches the full stops between the parts of such a line.
var stops = regexp.MustCompile(`\.(?:\s+|$)`)

// maxMeta is the maximum length of a line about a recipe, in characters.
const maxMeta = 120

// meta reads a line about the recipe: servings, times, source. It returns false for any other line.
func (r *reader) meta(text string) bool {
	if utf8.RuneCountInString(text) > maxMeta {
		return false
	}
	before := r.recipe
	for _, parting := range []*regexp.Regexp{partings, stops} {
		if r.aboutEach(parting.Split(text, -1)) {
			return true
		}
		r.recipe = before
	}
	return r.about(text)
}

func (r *reader) aboutEach(parts []string) bool {
	for _, part := range parts {
		if part = strings.Trim(part, "() "); part != "" && !r.about(part) {
			return false
		}
	}
	return true
}

func (r *reader) about(text string) bool {
	text = strings.Trim(text, "()[]*_ ")
	return r.time(text) || r.servings(text) || r.named(text)
}

func (r *reader) time(text string) bool {
	for _, field := range []struct {
		key string
		to  **int
	}{{"total", &r.recipe.TotalMinutes}, {"prep", &r.recipe.PrepMinutes}, {"cook", &r.recipe.CookMinutes}} {
		rest, parted, ok := after(field.key, text)
		if !ok {
			rest, ok = before(field.key, text)
		}
		if !ok || (!parted && !startsWithNumber(rest)) || utf8.RuneCountInString(rest) > 30 {
			continue
		}
		if minutes := found.Minutes(rest); minutes != nil && !onlyDigits(rest) {
			*field.to = minutes
			return true
		}
	}
	return false
}

// before returns what precedes a label at the end: "15 min prep".
func before(key, text string) (string, bool) {
	lower := strings.ToLower(text)
	for _, word := range labels[key] {
		if rest, ok := strings.CutSuffix(lower, " "+word); ok && startsWithNumber(rest) {
			return rest, true
		}
	}
	return "", false
}

func onlyDigits(text string) bool {
	return strings.Trim(text, "0123456789 ") == ""
}

func startsWithNumber(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsNumber(first)
}

var counted = regexp.MustCompile(`^(?:(?:ca\.?|about|etwa|env\.?|circa|unos)\s+)?\d+(?:[.,]\d+)?` +
	`(?:\s*(?:-|–|to|bis|à|a|tot|till)\s*\d+)?\s*(.*)$`)

// servings reads "Serves 4", "4 portions", "Makes: 12 rolls", "Für 4 Personen".
func (r *reader) servings(text string) bool {
	if r.recipe.Servings != nil || utf8.RuneCountInString(text) > 60 {
		return false
	}
	rest, parted, ok := after("serves", text)
	if !ok {
		rest, parted = text, false
	}
	words := counted.FindStringSubmatch(strings.Trim(rest, " ."))
	if words == nil {
		return false
	}
	unit := strings.Trim(words[1], " .()")
	people := containsWord("portions", unit)
	if !people && (!ok || (!parted && utf8.RuneCountInString(unit) > 25)) {
		return false
	}
	said := rest
	if ok && people || unit == "" {
		said = words[0]
	}
	r.recipe.SetYield(said)
	return r.recipe.Servings != nil
}

func containsWord(key, text string) bool {
	first, _, _ := strings.Cut(text, " ")
	return isLabel(key, first) || isLabel(key, text)
}

var webAddress = regexp.MustCompile(`(?i)^https?://\S+$`)

// named reads labelled values: "Source: …", "Tags: a, b".
func (r *reader) named(text string) bool {
	if webAddress.MatchString(text) {
		r.recipe.SourceURL = text
		return true
	}
	for _, key := range []string{"source", "author", "tags", "description"} {
		rest, parted, ok := after(key, text)
		if !ok || !parted || rest == "" {
			continue
		}
		switch key {
		case "source":
			r.recipe.SourceURL = rest
		case "author":
			r.recipe.Author = rest
		case "description":
			r.recipe.Description = rest
		default:
			r.tags(rest)
		}
		return true
	}
	return false
}

func (r *reader) tags(text string) {
	for tag := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ',' || c == ';' || c == '#' }) {
		if tag = strings.TrimSpace(tag); tag != "" {
			r.recipe.Tags = append(r.recipe.Tags, tag)
		}
	}
}
