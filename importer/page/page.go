// Package page extracts the recipes of a web page, from its structured data and from its visible
// text.
package page

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"larder.dev/importer/found"
)

// MaxSize is the maximum size of a page, in bytes. Current recipe pages have up to 4 MB.
const MaxSize = 10 << 20

var (
	// ErrTooLarge means that a page is larger than MaxSize.
	ErrTooLarge = fmt.Errorf("the page is larger than %d MB", MaxSize>>20)
	// ErrNoRecipe means that a page was read but has no recipe.
	ErrNoRecipe = errors.New("no recipe was found in the page")
)

// Read returns the recipes of a page, its main recipe first. The page's address, which may be
// empty, is the source of the recipes and the base of relative addresses.
func Read(text []byte, place, address string) ([]found.Recipe, error) {
	if len(text) > MaxSize {
		return nil, ErrTooLarge
	}
	root, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	d := newDocument(root, address)
	if recipes := d.exported(); len(recipes) > 0 {
		return finished(recipes, place)
	}
	recipes := d.data()
	for i := range recipes {
		d.complete(&recipes[i])
	}
	return finished(recipes, place)
}

// document is a page being read.
type document struct {
	*goquery.Document
	address *url.URL // nil if unknown
	shown   []block  // the visible lines, computed on demand
}

// data reads the page's structured data: JSON-LD, and what it lacks from the other formats.
func (d *document) data() []found.Recipe {
	var recipes []found.Recipe
	for _, values := range []func() []any{
		d.linkedData,
		func() []any { return microdata.items(d.Get(0)) },
		func() []any { return rdfa.items(d.Get(0)) },
		d.hRecipe,
	} {
		if len(recipes) > 0 && len(recipes[0].Ingredients) > 0 && len(recipes[0].Steps) > 0 {
			break
		}
		more := recipesOf(values())
		switch {
		case len(recipes) == 0:
			recipes = more
		case len(more) > 0:
			fill(&recipes[0], more[0])
		}
	}
	if len(recipes) > 0 && !recipes[0].Empty() {
		return recipes
	}
	if shown := d.unmarked(); !shown.Empty() {
		if len(recipes) > 0 {
			fill(&shown, recipes[0])
			shown.Name, shown.Description = cmp.Or(recipes[0].Name, shown.Name), recipes[0].Description
		}
		return []found.Recipe{shown}
	}
	return recipes
}

// fill adds to a recipe what another format has.
func fill(r *found.Recipe, from found.Recipe) {
	for _, text := range []struct {
		to   *string
		from string
	}{
		{&r.Name, from.Name},
		{&r.Description, from.Description},
		{&r.Yield, from.Yield},
		{&r.ImageURL, from.ImageURL},
		{&r.Language, from.Language},
		{&r.Author, from.Author},
	} {
		*text.to = cmp.Or(*text.to, text.from)
	}
	r.Nutrition = cmp.Or(r.Nutrition, from.Nutrition)
	r.Servings = cmp.Or(r.Servings, from.Servings)
	r.PrepMinutes = cmp.Or(r.PrepMinutes, from.PrepMinutes)
	r.CookMinutes = cmp.Or(r.CookMinutes, from.CookMinutes)
	r.TotalMinutes = cmp.Or(r.TotalMinutes, from.TotalMinutes)
	if len(r.Ingredients) == 0 {
		r.Ingredients = from.Ingredients
	}
	if len(r.Steps) == 0 {
		r.Steps = from.Steps
	}
	if len(r.Tags) == 0 {
		r.Tags = from.Tags
	}
}

// ReadLinkedData returns the recipes of a JSON-LD file, as recipe programs export them. Such a file
// may hold many; the caller limits its size.
func ReadLinkedData(text []byte, place string) ([]found.Recipe, error) {
	value, err := decode(string(bytes.TrimPrefix(text, []byte("\ufeff"))))
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	values, isList := value.([]any)
	if !isList {
		values = []any{value}
	}
	var recipes []found.Recipe
	for _, each := range values { // two recipes of a collection may have the same name
		recipes = append(recipes, recipesOf([]any{each})...)
	}
	for i := range recipes {
		if !webAddress.MatchString(recipes[i].ImageURL) {
			recipes[i].ImageURL = "" // a local file
		}
	}
	return finished(recipes, place)
}

var webAddress = regexp.MustCompile(`(?i)^https?://`)

func finished(recipes []found.Recipe, place string) ([]found.Recipe, error) {
	if len(recipes) == 0 {
		return nil, ErrNoRecipe
	}
	for i := range recipes {
		recipes[i].Place = place
		if i > 0 {
			recipes[i].Place = fmt.Sprintf("%s#%d", place, i+1)
		}
		recipes[i].Finish()
	}
	return recipes, nil
}

// parse reads a page in any encoding. Too deeply nested elements are an error of the library.
func parse(text []byte) (*html.Node, error) {
	if utf8.Valid(text) {
		return html.Parse(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	}
	decoded, err := charset.NewReader(bytes.NewReader(text), "")
	if err != nil {
		return nil, err
	}
	return html.Parse(decoded)
}

func newDocument(root *html.Node, address string) *document {
	d := &document{Document: goquery.NewDocumentFromNode(root)}
	for _, candidate := range []string{
		address,
		d.attribute(`link[rel="canonical"]`, "href"),
		d.attribute(`meta[property="og:url"]`, "content"),
	} {
		if parsed, err := url.Parse(strings.TrimSpace(candidate)); err == nil && parsed.Host != "" {
			d.address = parsed
			break
		}
	}
	return d
}

func (d *document) attribute(selector, name string) string {
	value, _ := d.Find(selector).First().Attr(name)
	return found.Line(value)
}

// resolve returns the absolute form of an address in the page, or "" if it isn't a web address.
func (d *document) resolve(reference string) string {
	parsed, err := url.Parse(strings.TrimSpace(reference))
	if err != nil || reference == "" {
		return ""
	}
	if d.address != nil {
		parsed = d.address.ResolveReference(parsed)
	}
	if parsed.Scheme != "http" && parsed.Scheme != "https" {
		return ""
	}
	return parsed.String()
}

// title returns the page's title without the site's name: the top heading if the title has it, else
// the title up to the last dash or bar. The site's name may be a heading, too.
func (d *document) title() string {
	title := cmp.Or(d.attribute(`meta[property="og:title"]`, "content"), found.Line(d.Find("title").First().Text()))
	site := keyOf(d.attribute(`meta[property="og:site_name"]`, "content"))
	parts := titleParts.FindStringSubmatch(title)
	if len(parts) > 3 && (parts[2] == "|" || (site != "" && keyOf(parts[3]) == site)) {
		title, site = parts[1], keyOf(parts[3])
	}
	key, name := keyOf(title), ""
	d.Find("h1").EachWithBreak(func(_ int, h *goquery.Selection) bool {
		text := found.Line(h.Text())
		if inner := keyOf(text); inner != "" && inner != site && (strings.Contains(key, inner) || strings.Contains(inner, key)) {
			name = text
		}
		return name == ""
	})
	return cmp.Or(name, title)
}

var titleParts = regexp.MustCompile(`^(.*\S)\s+([-–—|·])\s+(.*?)$`)

// complete adds what the page says outside the recipe's data.
func (d *document) complete(r *found.Recipe) {
	if r.Name == "" {
		r.Name = d.title()
	}
	if r.Description == "" {
		r.Description = cmp.Or(d.attribute(`meta[name="description"]`, "content"), d.attribute(`meta[property="og:description"]`, "content"))
	}
	r.ImageURL = d.resolve(cmp.Or(r.ImageURL, d.attribute(`meta[property="og:image"]`, "content")))
	if r.Language == "" {
		r.Language = d.attribute("html[lang]", "lang")
	}
	if d.address != nil {
		r.SourceURL = d.address.String()
	} else {
		r.SourceURL = d.resolve(r.SourceURL)
	}
	if r.Notes == "" { // in a page that Paprika exported
		r.Notes = strings.Join(linesOf(d.Find(`.notesbox [itemprop="comment"]`).First()), "\n")
	}
	d.group(r)
}
