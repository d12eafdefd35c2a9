package food_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
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

var update = flag.Bool("update", false, "write what the app is given anew") //nolint:gochecknoglobals // a flag of the test

// The app has the same tables (web/src/lib/foods.json), and passes the same cases.
func TestTheAppHasTheSameTables(t *testing.T) {
	t.Parallel()
	lib := filepath.Join("..", "..", "web", "src", "lib")
	sameFile(t, filepath.Join(lib, "foods.json"), food.ForTheApp())

	cases := map[string][]string{}
	for _, name := range []string{
		"Leeks", "extra virgin olive oil", "smoked bacon", "Rinderhackfleisch", "vegan sausages", "kidney beans", "coconut milk",
		"Crème fraîche", "Ziegenkäse", "Äpfel", "pomodori", "fruits de mer", "", "œufs", "chicken breasts", "Muskatnuss", "radishes",
	} {
		cases[name] = food.Keys([]string{name})
	}
	sameFile(t, filepath.Join("testdata", "keys.json"), cases)
}

// sameFile checks that a file holds a value as JSON, or writes it.
func sameFile(t *testing.T, path string, value any) {
	t.Helper()
	want, err := json.MarshalIndent(value, "", " ")
	require.NoError(t, err)
	want = append(want, '\n')
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, want, 0o600))
	}
	there, err := os.ReadFile(path)
	require.NoError(t, err)
	if !bytes.Equal(want, there) {
		t.Fatalf("%s differs: make generate writes it anew", path)
	}
}
