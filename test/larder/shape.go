package larder

// The types of the outside contract, deliberately written a second time: changing the product's own
// types must not change what the tests require.

// Session answers a login.
type Session struct {
	User  User   `json:"user"`
	Token string `json:"token"`
}

// User is who is logged in.
type User struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Admin   bool   `json:"admin"`
	Grocery bool   `json:"grocery"`
}

// Recipe is a recipe as it is read.
type Recipe struct {
	ID           string            `json:"id"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Servings     *float64          `json:"servings"`
	Yield        string            `json:"yield"`
	PrepMinutes  *int              `json:"prep_minutes"`
	CookMinutes  *int              `json:"cook_minutes"`
	TotalMinutes *int              `json:"total_minutes"`
	SourceURL    string            `json:"source_url"`
	Author       string            `json:"author"`
	Language     string            `json:"language"`
	Nutrition    map[string]string `json:"nutrition"`
	Tags         []string          `json:"tags"`
	Notes        string            `json:"notes"`
	Ingredients  []Ingredient      `json:"ingredients"`
	Steps        []Step            `json:"steps"`
	Files        []any             `json:"files"`
	Favourite    bool              `json:"favourite"`
	Rating       *int              `json:"rating"`
	Version      int64             `json:"version"`
	CreatedAt    string            `json:"created_at"`
	UpdatedAt    string            `json:"updated_at"`
}

// Ingredient is one row.
type Ingredient struct {
	Text        string   `json:"text"`
	Quantity    *float64 `json:"quantity"`
	QuantityMax *float64 `json:"quantity_max"`
	Unit        string   `json:"unit"`
	Name        string   `json:"name"`
	Note        string   `json:"note"`
	Section     string   `json:"section"`
	Second      *Measure `json:"second"`
}

// Measure is the second amount of a line.
type Measure struct {
	Quantity    float64  `json:"quantity"`
	QuantityMax *float64 `json:"quantity_max"`
	Unit        string   `json:"unit"`
	Relation    string   `json:"relation"`
}

// Step is one instruction.
type Step struct {
	Text    string `json:"text"`
	Section string `json:"section"`
}

// Page is an answer of the search.
type Page struct {
	Items   []Item  `json:"items"`
	Total   int     `json:"total"`
	Similar int     `json:"similar"`
	Next    *string `json:"next_cursor"`
}

// Tag is a tag with how many recipes have it.
type Tag struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Item is one hit.
type Item struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version int64  `json:"version"`
}

// Names lists a page's names, in order.
func (p Page) Names() []string {
	names := make([]string, len(p.Items))
	for i, item := range p.Items {
		names[i] = item.Name
	}
	return names
}

// Changes is an answer of /api/changes.
type Changes struct {
	Changes []Change `json:"changes"`
	Next    int64    `json:"next"`
	More    bool     `json:"more"`
}

// Change is one of its entries.
type Change struct {
	Change  int64   `json:"change"`
	ID      string  `json:"id"`
	Version int64   `json:"version"`
	Deleted bool    `json:"deleted"`
	Recipe  *Recipe `json:"recipe"`
}

// GroceryRequest answers a grocery request.
type GroceryRequest struct {
	RequestID string `json:"request_id"`
	Recipe    struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"recipe"`
	Servings *float64      `json:"servings"`
	Items    []GroceryItem `json:"items"`
}

// GroceryItem is one thing to buy.
type GroceryItem struct {
	Quantity    *float64 `json:"quantity"`
	QuantityMax *float64 `json:"quantity_max"`
	Unit        string   `json:"unit"`
	Name        string   `json:"name"`
	Note        string   `json:"note"`
	Text        string   `json:"text"`
}

// Problem is RFC 9457 with Larder's additional members.
type Problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail"`
	Errors []FieldError `json:"errors"`

	CurrentVersion int64   `json:"current_version"`
	Current        *Recipe `json:"current"`
}

// FieldError is one field's error.
type FieldError struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Fields lists the fields that a problem names.
func (p Problem) Fields() []string {
	fields := make([]string, len(p.Errors))
	for i, e := range p.Errors {
		fields[i] = e.Field
	}
	return fields
}
