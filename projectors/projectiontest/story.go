package projectiontest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
)

// began is when every story begins; fixed, so that two tellings are equal.
//
//nolint:gochecknoglobals // a constant, which Go doesn't have for this type
var began = time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)

// Teller creates the events of one user, each with the next change number.
type Teller struct {
	User   string
	change int64
}

// NewTeller returns a teller for a new user.
func NewTeller() *Teller { return &Teller{User: uuid.NewString()} }

// ID returns this user's id for a word.
func (t *Teller) ID(word string) string {
	return uuid.NewSHA1(uuid.MustParse(t.User), []byte(word)).String()
}

// Recipe returns an event about a recipe. Its name contains the version, to reveal a view that
// mixes up versions.
func (t *Teller) Recipe(what events.Type, word string, version int64) events.Envelope {
	t.change++
	quantity := float64(version)
	servings, total := 4.0, int(version)
	r := events.Recipe{
		ID: t.ID(word), Name: fmt.Sprintf("%s %d", word, version), Description: "As " + word + " should be.",
		Servings: &servings, Yield: fmt.Sprintf("%d loaves", version), TotalMinutes: &total, Author: "Ada", Language: "en",
		Nutrition: events.Nutrition{Calories: fmt.Sprintf("%d kcal", version), ServingSize: "1 slice"},
		Tags:      []string{"tag" + word}, Notes: "", SourceURL: "",
		Ingredients: ingredients(word, version, &quantity),
		Steps:       []events.Step{{Text: "Stir.", Section: ""}}, Files: []events.File{},
		Favourite: version%2 == 0, Rating: new(1 + int(version)%5),
		Version: version, CreatedAt: began, UpdatedAt: began.Add(time.Duration(version) * time.Minute),
	}
	return t.envelope(what, events.RecipeSubject(t.User, r.ID), version, r)
}

// ingredients returns one or two rows depending on the version, so that rows are added and removed.
func ingredients(word string, version int64, quantity *float64) []events.Ingredient {
	rows := []events.Ingredient{{Text: fmt.Sprintf("%d g %s", version, word), Quantity: quantity, Unit: "g", Name: word}}
	if version%2 == 0 {
		one, two := 1.0, 2.0
		each := &events.SecondMeasure{Quantity: 1, QuantityMax: &two, Unit: "oz", Relation: events.RelationEach}
		rows = append(rows, events.Ingredient{Text: "1 jar (1-2 oz) salt", Quantity: &one, Unit: "jar", Name: "salt", Second: each})
	}
	return rows
}

// Grocery returns a request for the grocery list.
func (t *Teller) Grocery(word string) events.Envelope {
	t.change++
	g := events.Grocery{
		RequestID: t.ID("request " + word), Recipe: events.RecipeRef{ID: t.ID(word), Name: word},
		Items: []events.GroceryItem{{Name: word, Text: word}},
	}
	return t.envelope(events.GroceryRequested, events.GrocerySubject(t.User, g.RequestID), 0, g)
}

// Import returns a step of an import, which changes no recipe.
func (t *Teller) Import(word string, version int64) events.Envelope {
	t.change++
	i := events.Import{ImportID: t.ID("import " + word), Number: int(version), Duplicates: []string{}, Kept: []string{}}
	return t.envelope(events.ImportRecipeRead, events.ImportSubject(t.User, i.ImportID), version, i)
}

// Forgotten returns an event as republished once its recipe is forgotten.
func Forgotten(e events.Envelope) events.Envelope {
	var body any
	if e.Type == events.GroceryRequested {
		var g events.Grocery
		must(json.Unmarshal(e.Data, &g))
		body = events.Grocery{RequestID: g.RequestID, Recipe: events.RecipeRef{ID: g.Recipe.ID}, Items: []events.GroceryItem{}}
	} else {
		var r events.Recipe
		must(json.Unmarshal(e.Data, &r))
		body = r.Forget()
	}
	var err error
	e.Data, err = json.Marshal(body)
	must(err)
	e.Again = true
	return e
}

// must is for this package's own bodies, which always decode and encode.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// Account returns an event about the user.
func (t *Teller) Account(what events.Type, version int64) events.Envelope {
	t.change++
	u := events.User{ID: t.User, Version: version, CreatedAt: began, UpdatedAt: began.Add(time.Duration(version) * time.Minute)}
	if what != events.UserDeleted {
		u.Name, u.PasswordHash, u.Grocery = "Cook "+t.User[:8], "hash", true
	}
	return t.envelope(what, events.UserSubject(t.User), version, u)
}

func (t *Teller) envelope(what events.Type, subject string, version int64, body any) events.Envelope {
	data, err := json.Marshal(body)
	if err != nil {
		panic(fmt.Sprintf("write the body of %s: %v", what, err)) // the bodies above can be encoded
	}
	return events.Envelope{
		ID: t.ID(fmt.Sprintf("event %d", t.change)), Source: events.Source, Type: what,
		SchemaVersion: events.CurrentVersion(what), Time: began.Add(time.Duration(t.change) * time.Second),
		Subject: subject, Version: version, Change: t.change, Data: data,
	}
}

// RecipeStory is a story of recipes that are written, changed, deleted, written again and given
// files.
func (t *Teller) RecipeStory() []events.Envelope {
	return []events.Envelope{
		t.Recipe(events.RecipeCreated, "soup", 1),
		t.Recipe(events.RecipeCreated, "bread", 1),
		t.Recipe(events.RecipeUpdated, "soup", 2),
		t.Recipe(events.RecipeCreated, "cake", 1),
		t.Recipe(events.RecipeDeleted, "bread", 2),
		t.Recipe(events.RecipeDeleted, "cake", 2),
		t.Recipe(events.RecipeRestored, "cake", 3),
		t.Recipe(events.RecipeUpdated, "soup", 3),
		t.Recipe(events.RecipeFileAttached, "cake", 4),
		t.Recipe(events.RecipeCreated, "tea", 1),
		t.Recipe(events.RecipeMarked, "tea", 2),
	}
}

// GroceryStory is a story of several requests.
func (t *Teller) GroceryStory() []events.Envelope {
	story := make([]events.Envelope, 8)
	for i := range story {
		story[i] = t.Grocery(fmt.Sprintf("thing%d", i))
	}
	return story
}

// Message returns the event as the relay publishes it.
func Message(e events.Envelope) jetstream.Message {
	return jetstream.Message{Subject: e.Subject, Header: e.Headers(), Data: e.Data}
}

// Messages returns the events as the relay publishes them.
func Messages(list []events.Envelope) []jetstream.Message {
	msgs := make([]jetstream.Message, len(list))
	for i, e := range list {
		msgs[i] = Message(e)
	}
	return msgs
}

// Delivered returns the events as the runner passes them to a projection.
func Delivered(list []events.Envelope) []projectors.Event {
	batch := make([]projectors.Event, len(list))
	for i, e := range list {
		batch[i] = projectors.Event{Envelope: e, Sequence: uint64(i + 1), Stored: began}
	}
	return batch
}
