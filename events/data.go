package events

import "time"

// Recipe is a whole recipe as it is after the change that the event tells of. It has the shape of the
// recipe in the HTTP API, so that a view can keep the bytes of an event and serve them. Names follow
// schema.org/Recipe where it has one.
type Recipe struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Servings    *float64     `json:"servings"`
	PrepMinutes *int         `json:"prep_minutes"`
	CookMinutes *int         `json:"cook_minutes"`
	SourceURL   string       `json:"source_url"`
	Tags        []string     `json:"tags"`
	Notes       string       `json:"notes"`
	Ingredients []Ingredient `json:"ingredients"`
	Steps       []Step       `json:"steps"`
	Files       []File       `json:"files"`
	Version     int64        `json:"version"`
	CreatedAt   time.Time    `json:"created_at"`
	UpdatedAt   time.Time    `json:"updated_at"`
}

// Ingredient is one row of a recipe's list. Text is the line as it was written; the parts are what is
// understood of it, in the unit of the line. QuantityMax is the upper end of a range ("2-3 eggs"). Second is what
// else the line says of the amount; nil where it says nothing.
type Ingredient struct {
	Text        string         `json:"text"`
	Quantity    *float64       `json:"quantity"`
	QuantityMax *float64       `json:"quantity_max"`
	Unit        string         `json:"unit"`
	Name        string         `json:"name"`
	Note        string         `json:"note"`
	Section     string         `json:"section"`
	Second      *SecondMeasure `json:"second"`
}

// SecondMeasure is the second amount of a line.
type SecondMeasure struct {
	Quantity    float64  `json:"quantity"`
	QuantityMax *float64 `json:"quantity_max"`
	Unit        string   `json:"unit"`
	Relation    Relation `json:"relation"`
}

// Relation is how a second measure stands to the first.
type Relation string

// The relations.
const (
	RelationSame Relation = "same" // the same amount in another unit: 1 pound (500 g)
	RelationEach Relation = "each" // what is in each one: 2 cans of 400 g
	RelationPlus Relation = "plus" // what comes on top: 1 cup plus 2 tbsp
)

// Step is one instruction.
type Step struct {
	Text    string `json:"text"`
	Section string `json:"section"`
}

// File describes a file that is kept with a recipe. Size is in bytes, SHA256 in lower-case hex. Color is what most of a
// picture has, as #rrggbb, for a page to show before the picture is there; "" for what is none. The address of its bytes
// is signed for each reader, so it is not part of an event.
type File struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
	Color     string `json:"color"`
}

// Grocery is what one request puts on the grocery list: the chosen ingredients of one recipe, scaled to
// Servings. It is the data of grocery.requested and of grocery.items-added.
type Grocery struct {
	RequestID string        `json:"request_id"`
	Recipe    RecipeRef     `json:"recipe"`
	Servings  *float64      `json:"servings"`
	Items     []GroceryItem `json:"items"`
}

// RecipeRef names the recipe that a grocery request came from, as it was called then.
type RecipeRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// GroceryItem is one thing to buy. Text is the line as a person would write it, with the scaled amount.
type GroceryItem struct {
	Quantity    *float64 `json:"quantity"`
	QuantityMax *float64 `json:"quantity_max"`
	Unit        string   `json:"unit"`
	Name        string   `json:"name"`
	Note        string   `json:"note"`
	Text        string   `json:"text"`
}

// Erased names a user who was deleted: a subscriber of the public feed removes all that it has of them.
type Erased struct {
	UserID string `json:"user_id"`
}

// User is an account as it is after the change. It is for the replica alone: PasswordHash is in it. A
// user.deleted carries the ID and nothing else of the person.
type User struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	PasswordHash string    `json:"password_hash"`
	Admin        bool      `json:"admin"`
	Grocery      bool      `json:"grocery"`
	Disabled     bool      `json:"disabled"`
	Version      int64     `json:"version"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
}
