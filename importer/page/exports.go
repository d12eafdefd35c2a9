package page

import (
	"strings"

	"github.com/PuerkitoBio/goquery"

	"larder.dev/events"
	"larder.dev/importer/found"
)

// exported reads pages that recipe programs export whole collections to.
func (d *document) exported() []found.Recipe {
	recipes := d.copyMeThat()
	return append(recipes, d.recipeKeeper()...)
}

// copyMeThat reads CopyMeThat's single-page export, where ids mark the parts of a recipe.
func (d *document) copyMeThat() []found.Recipe {
	var recipes []found.Recipe
	d.Find("div.recipe").Each(func(_ int, s *goquery.Selection) {
		if s.Find("#recipeIngredients, #recipeInstructions").Length() == 0 {
			return
		}
		r := found.Recipe{
			Name:        found.Line(s.Find("#name").First().Text()),
			Description: found.Line(s.Find("#description").First().Text()),
			SourceURL:   s.Find("#original_link").First().AttrOr("href", ""),
			Notes:       strings.Join(linesOf(s.Find("#recipeNotes").First()), "\n"),
			Picture:     s.Find("img.recipeImage").First().AttrOr("src", ""),
		}
		s.Find(".recipeCategory").Each(func(_ int, tag *goquery.Selection) {
			if name := found.Line(tag.Text()); name != "" && !strings.HasSuffix(name, "Tags:") {
				r.Tags = append(r.Tags, strings.Trim(name, ", "))
			}
		})
		r.SetYield(strings.TrimSpace(strings.TrimPrefix(found.Line(s.Find("#servings, #recipeYield").First().Text()), "Servings:")))
		items(s, "#recipeIngredients", "subheader", func(line, section string) {
			r.Ingredients = append(r.Ingredients, events.Ingredient{Text: line, Section: section})
		})
		items(s, "#recipeInstructions", "subheader", func(line, section string) {
			r.Steps = append(r.Steps, events.Step{Text: line, Section: section})
		})
		recipes = append(recipes, r)
	})
	return recipes
}

// items calls each with the items of a list and the heading above each.
func items(s *goquery.Selection, selector, heading string, each func(line, section string)) {
	section := ""
	s.Find(selector).First().ChildrenFiltered("li").Each(func(_ int, item *goquery.Selection) {
		line := found.Line(item.Text())
		switch {
		case line == "":
		case strings.Contains(item.AttrOr("class", ""), heading):
			section = line
		default:
			each(line, section)
		}
	})
}

// recipeKeeper reads Recipe Keeper's single-page export: properties without an item around them.
func (d *document) recipeKeeper() []found.Recipe {
	var recipes []found.Recipe
	d.Find("div.recipe-details").Each(func(_ int, s *goquery.Selection) {
		text := func(name string) string {
			value := s.Find(`[itemprop="` + name + `"]`).First()
			return found.Line(value.AttrOr("content", value.Text()))
		}
		r := found.Recipe{
			Name:        text("name"),
			PrepMinutes: found.Minutes(text("prepTime")),
			CookMinutes: found.Minutes(text("cookTime")),
			SourceURL:   s.Find(`[itemprop="recipeSource"] a`).First().AttrOr("href", text("recipeSource")),
			Notes:       strings.Join(linesOf(s.Find(`[itemprop="recipeNotes"]`).First()), "\n"),
			Picture:     s.Find("img.recipe-photo, .recipe-photos-div img").First().AttrOr("src", ""),
		}
		for _, property := range []string{"recipeCourse", "recipeCategory", "recipeCollection"} {
			s.Find(`[itemprop="` + property + `"]`).Each(func(_ int, value *goquery.Selection) {
				if tag := found.Line(value.AttrOr("content", value.Text())); tag != "" {
					r.Tags = append(r.Tags, tag)
				}
			})
		}
		r.SetYield(text("recipeYield"))
		r.Ingredients = found.Rows(linesOf(s.Find(`[itemprop="recipeIngredients"], [itemprop="recipeIngredient"]`))...)
		r.Steps = found.Steps(linesOf(s.Find(`[itemprop="recipeDirections"], [itemprop="recipeInstructions"]`))...)
		if !r.Empty() { // other sites call an element so, too
			recipes = append(recipes, r)
		}
	})
	return recipes
}

// linesOf returns the visible lines of elements.
func linesOf(s *goquery.Selection) []string {
	var lines []string
	for _, n := range s.Nodes {
		w := blockWalker{}
		w.children(n, block{})
		w.end(block{})
		for _, b := range w.blocks {
			lines = append(lines, b.text)
		}
	}
	return lines
}
