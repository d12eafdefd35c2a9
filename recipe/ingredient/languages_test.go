package ingredient_test

import (
	"embed"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/recipe/ingredient"
)

//go:embed testdata/languages/*.tsv
var languages embed.FS

// languageFloor is the minimum percentage of each language's lines with all fields right.
const languageFloor = 95

// Lines of the other languages are read as their cooks mean them, without wrong numbers or units:
// what isn't understood has none.
func TestLabelledLinesOfOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"fr", "it", "es", "nl", "sv"} {
		text, err := languages.ReadFile("testdata/languages/" + code + ".tsv")
		require.NoError(t, err)
		s := score{set: code, right: map[string]int{}}
		for row := range strings.Lines(string(text)) {
			if strings.HasPrefix(row, "#") {
				continue
			}
			columns := strings.Split(strings.TrimSuffix(row, "\n"), "\t")
			s.count(t, columns)
			requireNoWrongAmount(t, columns)
		}
		require.GreaterOrEqual(t, s.lines, 150, "lines of %s", code)
		t.Logf("%d lines of %s:", s.lines, code)
		for _, field := range append(fields, "line") {
			t.Logf("%-8s %5.1f %% right", field, 100*float64(s.right[field])/float64(s.lines))
		}
		require.GreaterOrEqual(t, 100*float64(s.right["line"])/float64(s.lines), float64(languageFloor), "lines of %s", code)
	}
}

func requireNoWrongAmount(t *testing.T, columns []string) {
	t.Helper()
	got := columnsOf(ingredient.Parse(columns[0]))
	for i, field := range fields[:2] {
		if got[i] != "" {
			require.Equal(t, columns[i+1], got[i], "%s of %q", field, columns[0])
		}
	}
}

// A word with different meanings in two languages takes the one of its line's language.
func TestParseTellsLanguagesApart(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]ingredient.Parsed{
		"2 c. à soupe d'huile":   {Quantity: number(2), Unit: "tbsp", Name: "huile"},
		"1 c. à c. de cumin":     {Quantity: number(1), Unit: "tsp", Name: "cumin"},
		"1 c. flour":             {Quantity: number(1), Unit: "cup", Name: "flour"},
		"2 cc de sel":            {Quantity: number(2), Unit: "tsp", Name: "sel"},
		"250 cc de leche":        {Quantity: number(250), Unit: "ml", Name: "leche"},
		"1 cup of milk":          {Quantity: number(1), Unit: "cup", Name: "milk"},
		"1 kopje melk of water":  {Quantity: number(1), Unit: "cup", Name: "melk of water"},
		"1 ui of 2 sjalotten":    {Quantity: number(1), Name: "ui", Note: "of 2 sjalotten"},
		"1 Glas Gurken":          {Quantity: number(1), Unit: "jar", Name: "Gurken"},
		"1 glas witte wijn":      {Quantity: number(1), Unit: "glass", Name: "witte wijn"},
		"1 glas rödvin":          {Quantity: number(1), Unit: "glass", Name: "rödvin"},
		"en nypa salt":           {Quantity: number(1), Unit: "pinch", Name: "salt"},
		"zout en peper":          {Name: "zout en peper"},
		"once huevos":            {Quantity: number(11), Name: "huevos"},
		"2 tubs of butter":       {Quantity: number(2), Unit: "tub", Name: "butter"},
		"el zumo de 1 limón":     {Quantity: number(1), Name: "limón", Note: "el zumo de"},
		"3 el olijfolie":         {Quantity: number(3), Unit: "tbsp", Name: "olijfolie"},
		"1 botte de radis":       {Quantity: number(1), Unit: "bunch", Name: "radis"},
		"1 demi-citron":          {Quantity: number(0.5), Name: "citron"},
		"1 kg et demi de farine": {Quantity: number(1.5), Unit: "kg", Name: "farine"},
	} {
		require.Equal(t, want, ingredient.Parse(line), "line %q", line)
	}
}

// A number that is only partly known is no number.
func TestParseReadsNoPartOfANumberInWords(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"cent cinquante grammes de beurre", "quatre-vingts grammes de sucre", "veinte cinco gramos de sal y diez"} {
		p := ingredient.Parse(line)
		if p.Quantity != nil {
			require.InDelta(t, 25, *p.Quantity, 0, "line %q", line)
		}
	}
	require.Equal(t, ingredient.Parsed{Quantity: number(200), Unit: "g", Name: "beurre"}, ingredient.Parse("deux cents grammes de beurre"))
	require.Equal(t, ingredient.Parsed{Quantity: number(10), Name: "olives"}, ingredient.Parse("une dizaine d'olives"))
	require.Equal(t, ingredient.Parsed{Quantity: number(1), Name: "citron", Note: "le zeste et le jus d'"}, ingredient.Parse("le zeste et le jus d'1 citron"))
}
