package views

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tidwall/gjson"

	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/recipe"
)

// SearchDocument returns what the search index stores of an event's recipe: only what search finds,
// filters and sorts by. A deleted recipe becomes a tombstone without name and tags. Its errors are
// those of events.DecodeRecipe, except for problems in other fields.
//
// It only parses the fields it needs, in one pass: a rebuild does this for every recipe. They are
// the same in every schema version, so no upcaster is needed; a test compares the result with full
// decoding in each.
func SearchDocument(e events.Envelope) (searchindex.Document, error) {
	if err := events.KnownRecipe(e); err != nil {
		return searchindex.Document{}, err
	}
	doc, err := readHeading(e.Data)
	if err != nil {
		return searchindex.Document{}, fmt.Errorf("event %s: %w: %w", e.ID, events.ErrMalformed, err)
	}
	if err := e.CheckRecipe(doc.ID, doc.Version); err != nil {
		return searchindex.Document{}, err
	}
	doc.Owner = e.User()
	doc.Again = e.Again
	if e.Type == events.RecipeDeleted {
		return searchindex.Document{ID: doc.ID, Owner: doc.Owner, Version: doc.Version, Again: doc.Again, Deleted: true}, nil
	}
	return doc, nil
}

// readHeading reads the searchable fields of a recipe's JSON, in one pass.
func readHeading(body []byte) (doc searchindex.Document, err error) {
	if !gjson.ValidBytes(body) {
		return doc, errors.New("the body is no JSON")
	}
	fields := fieldsOf(body)
	if doc.ID, err = readText("id", fields["id"]); err != nil {
		return doc, err
	}
	if doc.Name, err = readText("name", fields["name"]); err != nil {
		return doc, err
	}
	if doc.Tags, err = readTags(fields["tags"]); err != nil {
		return doc, err
	}
	if doc.Version, err = readNumber("version", fields["version"]); err != nil {
		return doc, err
	}
	err = readFacts(fields, &doc)
	return doc, err
}

// fieldsOf returns the fields of a JSON object, the first of each name.
func fieldsOf(body []byte) map[string]gjson.Result {
	fields := make(map[string]gjson.Result, 24)
	gjson.ParseBytes(body).ForEach(func(name, value gjson.Result) bool {
		if _, has := fields[name.Str]; !has {
			fields[name.Str] = value
		}
		return true
	})
	return fields
}

// readFacts reads what search filters and sorts by.
func readFacts(fields map[string]gjson.Result, doc *searchindex.Document) (err error) {
	var rows []events.Ingredient
	fields["ingredients"].ForEach(func(_, row gjson.Result) bool {
		rows = append(rows, events.Ingredient{})
		last := &rows[len(rows)-1]
		if last.Name = row.Get("name").Str; last.Name == "" {
			err = json.Unmarshal([]byte(row.Raw), last) // the row may have to be parsed
		}
		return err == nil
	})
	if err != nil {
		return fmt.Errorf("its ingredients: %w", err)
	}
	doc.Foods = recipe.Foods(rows)
	minutes := func(field string) *int {
		value := fields[field]
		if value.Type != gjson.Number {
			return nil
		}
		n := int(value.Int())
		return &n
	}
	doc.Minutes = recipe.Minutes(minutes("total_minutes"), minutes("prep_minutes"), minutes("cook_minutes"))
	doc.Favourite, doc.Rating = fields["favourite"].Bool(), int(fields["rating"].Int())
	if doc.Created, err = readTime("created_at", fields["created_at"]); err != nil {
		return err
	}
	doc.Updated, err = readTime("updated_at", fields["updated_at"])
	return err
}

func readTime(field string, value gjson.Result) (at time.Time, err error) {
	if value.Type == gjson.Null {
		return at, nil
	}
	if at, err = time.Parse(time.RFC3339, value.Str); err != nil {
		return at, fmt.Errorf("its %s is no time", field)
	}
	return at.UTC(), nil
}

func readText(field string, value gjson.Result) (string, error) {
	if value.Type != gjson.String {
		return "", fmt.Errorf("its %s is no text", field)
	}
	return value.Str, nil
}

func readNumber(field string, value gjson.Result) (int64, error) {
	if value.Type != gjson.Number {
		return 0, fmt.Errorf("its %s is no number", field)
	}
	return value.Int(), nil
}

func readTags(value gjson.Result) (tags []string, err error) {
	if value.Type != gjson.Null && !value.IsArray() {
		return nil, errors.New("its tags are no list")
	}
	value.ForEach(func(_, each gjson.Result) bool {
		var tag string
		tag, err = readText("tag", each)
		tags = append(tags, tag)
		return err == nil
	})
	return tags, err
}
