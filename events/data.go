package events

import "time"

// Recipe is the whole recipe after the change that the event reports. It has the same shape as in
// the HTTP API, so a view can store the bytes of an event and serve them. Names follow
// schema.org/Recipe where it defines one.
type Recipe struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	Description  string       `json:"description"`
	Servings     *float64     `json:"servings"`
	Yield        string       `json:"yield"`
	PrepMinutes  *int         `json:"prep_minutes"`
	CookMinutes  *int         `json:"cook_minutes"`
	TotalMinutes *int         `json:"total_minutes"`
	SourceURL    string       `json:"source_url"`
	Author       string       `json:"author"`
	Language     string       `json:"language"`
	Nutrition    Nutrition    `json:"nutrition"`
	Tags         []string     `json:"tags"`
	Notes        string       `json:"notes"`
	Ingredients  []Ingredient `json:"ingredients"`
	Steps        []Step       `json:"steps"`
	Files        []File       `json:"files"`
	Favourite    bool         `json:"favourite"`
	Rating       *int         `json:"rating"` // 1 to 5 stars; nil if there is none
	Version      int64        `json:"version"`
	CreatedAt    time.Time    `json:"created_at"`
	UpdatedAt    time.Time    `json:"updated_at"`
}

// Nutrition is what a recipe says of its nutrition, in its own words, under the names of
// schema.org/NutritionInformation. What it doesn't say is left out of the JSON.
//
//nolint:tagliatelle // schema.org's names
type Nutrition struct {
	ServingSize           string `json:"servingSize,omitempty"`
	Calories              string `json:"calories,omitempty"`
	FatContent            string `json:"fatContent,omitempty"`
	SaturatedFatContent   string `json:"saturatedFatContent,omitempty"`
	UnsaturatedFatContent string `json:"unsaturatedFatContent,omitempty"`
	TransFatContent       string `json:"transFatContent,omitempty"`
	CarbohydrateContent   string `json:"carbohydrateContent,omitempty"`
	SugarContent          string `json:"sugarContent,omitempty"`
	FiberContent          string `json:"fiberContent,omitempty"`
	ProteinContent        string `json:"proteinContent,omitempty"`
	SodiumContent         string `json:"sodiumContent,omitempty"`
	CholesterolContent    string `json:"cholesterolContent,omitempty"`
}

// Each calls do with each value and its name in the JSON. do may change the value.
func (n *Nutrition) Each(do func(name string, value *string)) {
	do("servingSize", &n.ServingSize)
	do("calories", &n.Calories)
	do("fatContent", &n.FatContent)
	do("saturatedFatContent", &n.SaturatedFatContent)
	do("unsaturatedFatContent", &n.UnsaturatedFatContent)
	do("transFatContent", &n.TransFatContent)
	do("carbohydrateContent", &n.CarbohydrateContent)
	do("sugarContent", &n.SugarContent)
	do("fiberContent", &n.FiberContent)
	do("proteinContent", &n.ProteinContent)
	do("sodiumContent", &n.SodiumContent)
	do("cholesterolContent", &n.CholesterolContent)
}

// Ingredient is one row of a recipe's list. Text is the line as written. The parts are what the
// parser understood of it, in the line's own unit. QuantityMax is the upper end of a range
// ("2-3 eggs"). Second is the line's second amount, or nil.
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

// Relation says how a second measure relates to the first.
type Relation string

// The relations.
const (
	RelationSame Relation = "same" // the same amount in another unit: 1 pound (500 g)
	RelationEach Relation = "each" // the contents of each one: 2 cans of 400 g
	RelationPlus Relation = "plus" // an additional amount: 1 cup plus 2 tbsp
)

// Step is one instruction.
type Step struct {
	Text    string `json:"text"`
	Section string `json:"section"`
}

// File describes a file attached to a recipe. Size is in bytes, SHA256 in lower-case hex. Color is
// a picture's dominant colour as #rrggbb, shown while the picture loads, or "" if it isn't a
// picture. The event doesn't contain the address of the bytes, because it is signed for each
// reader.
type File struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      int64  `json:"size"`
	SHA256    string `json:"sha256"`
	Color     string `json:"color"`
}

// Grocery is what one request adds to the grocery list: the chosen ingredients of one recipe,
// scaled to Servings. It is the data of grocery.requested and of grocery.items-added.
type Grocery struct {
	RequestID string        `json:"request_id"`
	Recipe    RecipeRef     `json:"recipe"`
	Servings  *float64      `json:"servings"`
	Items     []GroceryItem `json:"items"`
}

// RecipeRef names the recipe of a grocery request, by its name at that time.
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

// Import is one step of an import, which brings recipes from a page, a text or an archive. All its
// types share the shape; a field that a type doesn't speak of is empty. An import's events have
// versions from 1 without a gap, and its state is what they add up to. They hold numbers and ids
// rather than the text of recipes, so that forgetting a deleted recipe needn't change them.
type Import struct {
	ImportID string        `json:"import_id"`
	Source   *ImportSource `json:"source"`  // of import.requested
	Address  string        `json:"address"` // of import.fetched: where the redirects led
	Number   int           `json:"number"`  // the recipe's place in the order of the material, from 1; 0 for none
	Total    int           `json:"total"`   // of import.recipe-read and -failed: how many the material holds

	RecipeID      string   `json:"recipe_id"`      // of import.recipe-written, -replaced, -restored and import.picture-attached
	RecipeVersion int64    `json:"recipe_version"` // as written
	Duplicates    []string `json:"duplicates"`     // ids of recipes that were there before
	Doubts        int      `json:"doubts"`         // how much of the recipe a cook should check

	Place  string `json:"place"`  // of import.recipe-failed: the file or address
	Name   string `json:"name"`   // of import.recipe-failed, as far as it is known
	Reason string `json:"reason"` // why something failed, was put off or left out

	Attempt int        `json:"attempt"` // of import.delayed, from 1
	Until   *time.Time `json:"until"`   // of import.delayed: when it is tried again
	Kept    []string   `json:"kept"`    // of import.undone: ids of recipes that were changed since, and stay
}

// ImportSource says what is imported. Its bytes are in the object store until the import has ended.
type ImportSource struct {
	Kind       string `json:"kind"`       // url, html, text or file
	URL        string `json:"url"`        // of the page; "" if unknown
	Name       string `json:"name"`       // of the file
	Duplicates string `json:"duplicates"` // what becomes of recipes that are there already: skip, replace or keep
}

// Erased names a deleted user. A subscriber to the public feed removes all data it has about them.
type Erased struct {
	UserID string `json:"user_id"`
}

// User is an account after the change. Only the replica receives it, because it contains
// PasswordHash. A user.deleted carries the ID and no other personal data.
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
