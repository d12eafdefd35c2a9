package events

// A recipe that was deleted long ago is forgotten: its recipe.deleted is published once more, with the same id, version
// and times, and without a word of text. So is the grocery.requested of each time that it was put on the list. Nothing
// else has an empty name, so that needs no mark of its own, and a reader of before takes it for what it is.

// Forgotten tells that of a deleted recipe only the numbers are left.
func (r Recipe) Forgotten() bool { return r.Name == "" }

// Forget gives the recipe's numbers and times, without its text.
func (r Recipe) Forget() Recipe {
	return Recipe{
		ID: r.ID, Tags: []string{}, Ingredients: []Ingredient{}, Steps: []Step{}, Files: []File{},
		Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

// Forgotten tells that what the request asked for is gone, with the recipe that it came from.
func (g Grocery) Forgotten() bool { return g.Recipe.Name == "" && len(g.Items) == 0 }
