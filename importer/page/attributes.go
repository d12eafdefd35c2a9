package page

import (
	"cmp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"larder.dev/importer/found"
)

// vocabulary says how element attributes mark items in a page.
type vocabulary struct {
	scope    func(n *html.Node) (kind string, begins bool) // the start of an item
	property string                                        // the attribute that names a property
	id       string
}

var microdata = vocabulary{ //nolint:gochecknoglobals // a constant
	scope: func(n *html.Node) (string, bool) {
		_, begins := attribute(n, "itemscope")
		kind, typed := attribute(n, "itemtype")
		return kind, begins || typed
	},
	property: "itemprop",
	id:       "itemid",
}

var rdfa = vocabulary{ //nolint:gochecknoglobals // a constant
	scope:    func(n *html.Node) (string, bool) { return attribute(n, "typeof") },
	property: "property",
	id:       "resource",
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// items returns the page's top-level items.
func (v vocabulary) items(root *html.Node) []any {
	r := itemReader{vocabulary: v, root: root}
	r.read(root, nil, 0)
	return r.items
}

type itemReader struct {
	vocabulary

	root  *html.Node
	items []any
	refs  int // followed itemrefs, counted to break cycles
}

// maxRefs limits the references of items to elements elsewhere in a page.
const maxRefs = 20

// maxInside limits the nesting of properties without an item between them: each is read with
// everything inside it.
const maxInside = 5

// read searches the elements below a node for items, or for the properties of an item.
func (r *itemReader) read(n *html.Node, within item, inside int) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		if child.Type == html.ElementNode && child.DataAtom != atom.Script && child.DataAtom != atom.Style {
			r.element(child, within, inside)
		}
	}
}

func (r *itemReader) element(n *html.Node, within item, inside int) {
	names, isProperty := attribute(n, r.property)
	isProperty = isProperty && within != nil
	kind, begins := r.scope(n)
	if begins {
		r.item(n, kind, names, within, inside)
		return
	}
	if isProperty {
		inside++
		if inside <= maxInside {
			within.add(names, valueOf(n), n)
		}
	}
	r.read(n, within, inside)
}

// item reads an item, either a property of the surrounding one or a separate one.
func (r *itemReader) item(n *html.Node, kind, names string, within item, inside int) {
	made := item{"@type": kinds(kind)}
	if id, ok := attribute(n, r.id); ok {
		made["@id"] = id
	}
	r.read(n, made, inside+1)
	r.referred(n, made)
	if names == "" || within == nil {
		r.items = append(r.items, map[string]any(made))
		return
	}
	if inside < maxInside {
		within.add(names, map[string]any(made), n)
	}
}

// referred adds properties from elsewhere in the page.
func (r *itemReader) referred(n *html.Node, made item) {
	refs, _ := attribute(n, "itemref")
	for id := range strings.FieldsSeq(refs) {
		r.refs++
		if r.refs > maxRefs {
			return
		}
		goquery.NewDocumentFromNode(r.root).Find("[id]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
			if s.AttrOr("id", "") != id {
				return true
			}
			if _, begins := r.scope(s.Get(0)); !begins {
				r.element(s.Get(0), made, 0)
			}
			return false
		})
	}
}

// today maps older property names to the current ones; an item may have both.
var today = map[string]string{ //nolint:gochecknoglobals // a constant
	"ingredients": "recipeIngredient", "ingredient": "recipeIngredient", "instructions": "recipeInstructions", "yield": "recipeYield",
}

func kinds(text string) []any {
	var all []any
	for kind := range strings.FieldsSeq(text) {
		all = append(all, kind)
	}
	return all
}

// add adds a value to each property of an element. An ingredient, or an item without properties,
// becomes its visible text, because ingredients rarely have all their parts marked.
func (it item) add(names string, value any, n *html.Node) {
	if blank(value) {
		return
	}
	if inner, ok := value.(map[string]any); ok && (len(inner) <= 1 || cmp.Or(today[local(names)], local(names)) == "recipeIngredient") {
		value = shownBy(n)
	}
	for name := range strings.FieldsSeq(names) {
		name = cmp.Or(today[local(name)], local(name))
		switch known := it[name].(type) {
		case nil:
			it[name] = value
		case []any:
			it[name] = append(known, value)
		default:
			it[name] = []any{known, value}
		}
	}
}

// valueOf returns the value of a property element: its machine-readable value, else its visible
// text.
func valueOf(n *html.Node) any {
	if content, ok := attribute(n, "content"); ok && strings.TrimSpace(content) != "" {
		return content
	}
	switch n.DataAtom {
	case atom.A, atom.Link, atom.Area:
		property, _ := attribute(n, "itemprop")
		if href, ok := attribute(n, "href"); ok && (n.DataAtom == atom.Link || addresses[local(property)]) {
			return href
		}
	case atom.Img, atom.Source, atom.Video, atom.Iframe, atom.Embed, atom.Audio:
		for _, name := range []string{"data-src", "data-lazy-src", "src"} {
			if address, ok := attribute(n, name); ok && !strings.HasPrefix(address, "data:") {
				return address
			}
		}
		return ""
	case atom.Time:
		if moment, ok := attribute(n, "datetime"); ok && moment != "" {
			return moment
		}
	case atom.Data, atom.Meter:
		if value, ok := attribute(n, "value"); ok {
			return value
		}
	default:
	}
	return shownBy(n)
}

// addresses lists the properties whose value is a link's address; for others it is the link's text.
var addresses = map[string]bool{ //nolint:gochecknoglobals // a constant
	"url": true, "image": true, "thumbnailUrl": true, "contentUrl": true,
}

// shownBy returns an element's visible text: a line, or a list if it has several.
func shownBy(n *html.Node) any {
	w := blockWalker{}
	w.children(n, block{})
	w.end(block{})
	switch len(w.blocks) {
	case 0:
		return ""
	case 1:
		return w.blocks[0].text
	}
	lines := make([]any, 0, len(w.blocks))
	for _, b := range w.blocks {
		lines = append(lines, b.text)
	}
	return lines
}

// hRecipe reads the microformat that blogs used before schema.org: classes instead of a vocabulary.
func (d *document) hRecipe() []any {
	var all []any
	d.Find(".hrecipe, .h-recipe").Each(func(_ int, s *goquery.Selection) {
		it := item{"@type": "Recipe"}
		for _, p := range [][2]string{
			{"name", ".fn, .p-name"},
			{"recipeIngredient", ".ingredient, .p-ingredient"},
			{"recipeInstructions", ".instructions, .e-instructions"},
			{"recipeYield", ".yield, .p-yield"},
			{"totalTime", ".duration, .dt-duration"},
			{"prepTime", ".preptime"},
			{"cookTime", ".cooktime"},
			{"author", ".author, .p-author"},
			{"description", ".summary, .p-summary"},
			{"image", "img.photo, img.u-photo"},
		} {
			s.Find(p[1]).Each(func(_ int, value *goquery.Selection) { it.add(p[0], hValue(value), value.Get(0)) })
		}
		all = append(all, map[string]any(it))
	})
	return all
}

func hValue(s *goquery.Selection) any {
	if title, ok := s.Find(".value-title[title]").Attr("title"); ok {
		return found.Line(title)
	}
	return valueOf(s.Get(0))
}
