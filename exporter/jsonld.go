package exporter

import (
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"

	"larder.dev/events"
	"larder.dev/recipe"
	"larder.dev/recipe/enclosed"
)

// linkedData writes a folder for each recipe: recipe.json and, beside it, full.jpg. Nextcloud
// Cookbook keeps recipes so, and Mealie and Tandoor read its folders.
type linkedData struct{ *archive }

// recipesFolder is the folder in which Tandoor looks for pictures.
const recipesFolder = "Recipes"

func (l *linkedData) Recipe(ctx context.Context, r events.Recipe) error {
	folder := path.Join(recipesFolder, l.name(r))
	names, err := l.addPictures(ctx, folder, r)
	if err != nil {
		return err
	}
	text, err := asLinkedData(r, names)
	if err != nil {
		return fmt.Errorf("write recipe %s as JSON-LD: %w", r.ID, err)
	}
	return l.write(path.Join(folder, "recipe.json"), text, false, r.UpdatedAt)
}

// addPictures adds every picture as it was uploaded. full.jpg is the first one, as a JPEG.
func (l *linkedData) addPictures(ctx context.Context, folder string, r events.Recipe) ([]string, error) {
	var names []string
	for i, file := range picturesOf(r) {
		name := strconv.Itoa(i+1) + extension(file)
		switch {
		case i == 0 && file.MediaType == "image/jpeg":
			name = "full.jpg"
		case i == 0:
			name = "original" + extension(file)
			if added, err := l.picture(ctx, path.Join(folder, "full.jpg"), l.pictures.JPEG, file, r.UpdatedAt); err != nil {
				return nil, err
			} else if added {
				names = append(names, "full.jpg")
			}
		}
		added, err := l.picture(ctx, path.Join(folder, name), l.pictures.Original, file, r.UpdatedAt)
		if err != nil {
			return nil, err
		}
		if added {
			names = append(names, name)
		}
	}
	return names, nil
}

// asLinkedData describes a recipe in schema.org's words. Tandoor fails without a description.
func asLinkedData(r events.Recipe, pictures []string) ([]byte, error) {
	object := map[string]any{
		"@context": "https://schema.org", "@type": "Recipe",
		"identifier": r.ID, "name": r.Name, "description": r.Description,
		"keywords":     strings.Join(r.Tags, ","),
		"dateCreated":  r.CreatedAt.Format(time.RFC3339),
		"dateModified": r.UpdatedAt.Format(time.RFC3339),
	}
	if len(pictures) > 0 {
		object["image"] = pictures
	}
	if isAddress(r.SourceURL) {
		object["url"] = r.SourceURL
	} else if r.SourceURL != "" {
		object["isBasedOn"] = r.SourceURL
	}
	if r.Servings != nil { // Tandoor reads a number only
		object["recipeYield"] = *r.Servings
	} else if r.Yield != "" {
		object["recipeYield"] = r.Yield
	}
	for name, minutes := range map[string]*int{"prepTime": r.PrepMinutes, "cookTime": r.CookMinutes, "totalTime": r.TotalMinutes} {
		if minutes != nil {
			object[name] = fmt.Sprintf("PT%dM", *minutes)
		}
	}
	if r.Author != "" {
		object["author"] = map[string]any{"@type": "Person", "name": r.Author}
	}
	if r.Language != "" {
		object["inLanguage"] = r.Language
	}
	if r.Nutrition != (events.Nutrition{}) {
		nutrition := nutritionOf(r)
		nutrition["@type"] = "NutritionInformation"
		object["nutrition"] = nutrition
	}
	object["recipeIngredient"] = underHeadings(r.Ingredients)
	object["recipeInstructions"] = instructions(r.Steps)
	if err := enclosed.Enclose(object, recipe.DraftOf(r)); err != nil {
		return nil, err
	}
	return json.MarshalIndent(object, "", "  ")
}

func isAddress(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

// underHeadings returns the rows, with a line for the name of each section: schema.org has no
// sections of ingredients, and readers understand such lines.
func underHeadings(rows []events.Ingredient) []string {
	all := []string{}
	section := ""
	for _, row := range rows {
		if row.Section != section {
			section = row.Section
			if section != "" {
				all = append(all, heading(section))
			}
		}
		all = append(all, row.Text)
	}
	return all
}

func heading(section string) string { return strings.TrimSuffix(section, ":") + ":" }

// instructions returns a text for each step, and an object for each section. A section has its text
// as a whole too, since Tandoor reads nothing else of it.
func instructions(steps []events.Step) []any {
	all := []any{}
	for i := 0; i < len(steps); {
		section := steps[i].Section
		if section == "" {
			all = append(all, steps[i].Text)
			i++
			continue
		}
		var inner []any
		var texts []string
		for ; i < len(steps) && steps[i].Section == section; i++ {
			inner = append(inner, map[string]any{"@type": "HowToStep", "text": steps[i].Text})
			texts = append(texts, steps[i].Text)
		}
		all = append(all, map[string]any{
			"@type": "HowToSection", "name": section, "text": strings.Join(texts, "\n\n"), "itemListElement": inner,
		})
	}
	return all
}
