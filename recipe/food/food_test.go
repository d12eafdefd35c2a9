package food_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/recipe/food"
)

// Singular, plural and any spelling of accents and case are one food; two foods stay two.
func TestKey(t *testing.T) {
	t.Parallel()
	for _, names := range []string{
		"egg eggs EGGS", "tomato tomatoes", "berry berries", "leaf leaves", "loaf loaves", "radish radishes",
		"cookie cookies", "olive olives", "cherry cherries", "potato potatoes", "onion onions", "box boxes",
		"chili chilies chillies chilli chilis", "zucchini zucchinis", "glass glasses",
		"Ei Eier", "Zwiebel Zwiebeln", "Karotte Karotten", "Apfel Äpfel", "Kartoffel Kartoffeln", "Tomate Tomaten",
		"Nuss Nüsse", "Walnuss Walnüsse", "Gurke Gurken", "Möhre Möhren", "Bohne Bohnen", "Pilz Pilze",
		"Zitrone Zitronen", "Erbse Erbsen", "Kirsche Kirschen", "crème creme Crème",
	} {
		fields := strings.Fields(names)
		for _, name := range fields {
			require.Equal(t, food.Key(fields[0]), food.Key(name), name)
		}
	}
	seen := map[string]string{}
	for name := range strings.FieldsSeq("ice rice sliced slice pea pear peas-pudding asparagus hummus couscous Reis Mais " +
		"Eis Ei bean beans-sprout corn popcorn nut nutmeg oat oats-milk ham hamburger butter buttermilk") {
		key := food.Key(name)
		require.NotContains(t, seen, key, "%s and %s", name, seen[key])
		seen[key] = name
	}
}

// A food is in the groups that a cook would put it in, in any language, and a substitute or a food
// that only shares a word is in none.
func TestGroups(t *testing.T) {
	t.Parallel()
	for group, foods := range map[string]string{
		"meat":    "smoked bacon,ground beef,chicken breasts,Rinderhackfleisch,Hähnchenbrust Huhn,Bratwürste,jambon de Bayonne,pollo,köttfärs,kipfilet",
		"fish":    "salmon fillets,Räucherlachs,filets de saumon,anchovies,fish sauce,torskfisk",
		"seafood": "prawns,mussels,Garnelen,Tintenfisch,crevettes",
		"nuts":    "almonds,peanut butter,Walnüsse,noix,hazelnuts,cashews",
		"dairy":   "butter,double cream,Ziegenkäse,grated parmesan,lait,Vollmilch",
		"cheese":  "cheddar,Ziegenkäse,mozzarella balls",
	} {
		for name := range strings.SplitSeq(foods, ",") {
			require.Contains(t, food.Keys([]string{name}), group, name)
		}
	}
	for name, not := range map[string]string{
		"vegan sausages": "meat", "kidney beans": "meat", "lemon rind": "meat", "nutmeg": "nuts", "Muskatnuss": "nuts",
		"coconut milk": "dairy", "peanut butter": "dairy", "Hafermilch": "dairy", "butternut squash": "dairy", "coconut": "nuts",
		"Tintenfisch": "fish", "oyster mushrooms": "seafood", "quail eggs": "meat", "most": "cheese", "wild rice": "meat",
	} {
		require.NotContains(t, food.Keys([]string{name}), not, name)
	}
	for _, meat := range []string{"meat", "Fleisch", "viandes", "carne", "kött", "MEAT"} {
		require.Equal(t, "meat", food.Asked(meat))
	}
	require.Equal(t, "leek", food.Asked("Leeks"))
	require.Equal(t, []string{"leek", "smoked bacon", "meat"}, food.Keys([]string{"leeks", "", "smoked bacon", "Leek"}))
}
