package events

// A recipe deleted long ago is forgotten: its recipe.deleted is republished with the same id,
// version and times, but without any text. So is the grocery.requested of each time it was put on
// the list. An empty name occurs nowhere else, so it is mark enough, and older readers handle the
// event correctly.

// Forgotten reports whether only the numbers of a deleted recipe are left.
func (r Recipe) Forgotten() bool { return r.Name == "" }

// Forget returns the recipe's numbers and times, without its text.
func (r Recipe) Forget() Recipe {
	return Recipe{
		ID: r.ID, Tags: []string{}, Ingredients: []Ingredient{}, Steps: []Step{}, Files: []File{},
		Version: r.Version, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

// Forgotten reports whether the requested items were erased along with their recipe.
func (g Grocery) Forgotten() bool { return g.Recipe.Name == "" && len(g.Items) == 0 }
