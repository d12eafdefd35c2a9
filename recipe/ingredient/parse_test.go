package ingredient_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/recipe/ingredient"
	"larder.dev/recipe/units"
)

func number(v float64) *float64 { return &v }

func second(quantity float64, unit string, relation ingredient.Relation) *ingredient.Second {
	return &ingredient.Second{Quantity: quantity, Unit: unit, Relation: relation}
}

func upTo(s *ingredient.Second, upper float64) *ingredient.Second {
	s.QuantityMax = &upper
	return s
}

// A line as people write it is split into the parts that a cook would name.
func TestParseReadsLinesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]ingredient.Parsed{
		// Two measures: the same amount, each one, and an addition.
		"1 pound (500g) spaghetti":               {Quantity: number(1), Unit: "lb", Name: "spaghetti", Second: second(500, "g", ingredient.Same)},
		"~150g (1/3 lb) bacon cubes":             {Quantity: number(150), Unit: "g", Name: "bacon cubes", Second: second(1.0/3, "lb", ingredient.Same)},
		"200g/7oz butter, softened":              {Quantity: number(200), Unit: "g", Name: "butter", Note: "softened", Second: second(7, "oz", ingredient.Same)},
		"1 - 2L (1/4 - 1/2 gal) milk":            {Quantity: number(1), QuantityMax: number(2), Unit: "l", Name: "milk", Second: upTo(second(0.25, "gal", ingredient.Same), 0.5)},
		"1 (14 oz) can tomatoes":                 {Quantity: number(1), Unit: "can", Name: "tomatoes", Second: second(14, "oz", ingredient.Each)},
		"2 x 400g tins chopped tomatoes, warmed": {Quantity: number(2), Unit: "tin", Name: "chopped tomatoes", Note: "warmed", Second: second(400, "g", ingredient.Each)},
		"2x400g tins beans":                      {Quantity: number(2), Unit: "tin", Name: "beans", Second: second(400, "g", ingredient.Each)},
		"Two 14-ounce cans coconut milk":         {Quantity: number(2), Unit: "can", Name: "coconut milk", Second: second(14, "oz", ingredient.Each)},
		"400g tin chopped tomatoes":              {Quantity: number(400), Unit: "g", Name: "chopped tomatoes", Second: second(1, "tin", ingredient.Same)},
		"1 cup plus 2 tbsp sugar":                {Quantity: number(1), Unit: "cup", Name: "sugar", Second: second(2, "tbsp", ingredient.Plus)},
		"750g/1lb 10oz potatoes":                 {Quantity: number(750), Unit: "g", Name: "potatoes", Second: second(1.625, "lb", ingredient.Same)},
		"4 x 150g/5½oz trout fillets":            {Quantity: number(4), Name: "trout fillets", Second: second(150, "g", ingredient.Each)},
		"1 qt (32 oz, 950 ml) stock":             {Quantity: number(1), Unit: "qt", Name: "stock", Second: second(32, "oz", ingredient.Same)},
		"a 5-pound leg of lamb":                  {Quantity: number(1), Name: "leg of lamb", Second: second(5, "lb", ingredient.Each)},
		"1 duck, about 5 pounds":                 {Quantity: number(1), Name: "duck", Second: second(5, "lb", ingredient.Each)},
		"400g/14oz tin beans":                    {Quantity: number(400), Unit: "g", Name: "beans", Note: "tin", Second: second(14, "oz", ingredient.Same)},
		"1 3-to-4-pound chicken":                 {Quantity: number(1), Name: "chicken", Second: upTo(second(3, "lb", ingredient.Each), 4)},
		"1 (.25 ounce) package yeast":            {Quantity: number(1), Unit: "package", Name: "yeast", Second: second(0.25, "oz", ingredient.Each)},
		"1 leek, chopped (about 1/2 cup)":        {Quantity: number(1), Name: "leek", Note: "chopped", Second: second(0.5, "cup", ingredient.Same)},
		"Oat flakes (270 g - 800 ml)":            {Quantity: number(270), Unit: "g", Name: "Oat flakes", Second: second(800, "ml", ingredient.Same)},
		"4 fillets, 6 oz each":                   {Quantity: number(4), Name: "fillets", Second: second(6, "oz", ingredient.Each)},

		// Numbers.
		"1 1/2 cups flour, sifted":           {Quantity: number(1.5), Unit: "cup", Name: "flour", Note: "sifted"},
		"1½ cups flour":                      {Quantity: number(1.5), Unit: "cup", Name: "flour"},
		"½ tsp. salt":                        {Quantity: number(0.5), Unit: "tsp", Name: "salt"},
		"1-1/2 tbsp oil":                     {Quantity: number(1.5), Unit: "tbsp", Name: "oil"},
		"1 and 1/2 cups rye":                 {Quantity: number(1.5), Unit: "cup", Name: "rye"},
		"1,5 l Milch":                        {Quantity: number(1.5), Unit: "l", Name: "Milch"},
		"1,000 g flour":                      {Quantity: number(1000), Unit: "g", Name: "flour"},
		"400g macaroni":                      {Quantity: number(400), Unit: "g", Name: "macaroni"},
		"5-6 cloves of garlic":               {Quantity: number(5), QuantityMax: number(6), Unit: "clove", Name: "garlic"},
		"2 to 3 carrots":                     {Quantity: number(2), QuantityMax: number(3), Name: "carrots"},
		"200g-250g rice":                     {Quantity: number(200), QuantityMax: number(250), Unit: "g", Name: "rice"},
		"A bunch of fresh parsley":           {Quantity: number(1), Unit: "bunch", Name: "fresh parsley"},
		"a dozen eggs":                       {Quantity: number(12), Name: "eggs"},
		"a pinch of nutmeg":                  {Quantity: number(1), Unit: "pinch", Name: "nutmeg"},
		"pinch of nutmeg":                    {Unit: "pinch", Name: "nutmeg"},
		"a few sprigs of thyme":              {Unit: "sprig", Name: "thyme", Note: "a few"},
		"half an onion, finely chopped":      {Quantity: number(0.5), Name: "onion", Note: "finely chopped"},
		"3/4 of a cup of water":              {Quantity: number(0.75), Unit: "cup", Name: "water"},
		"about 2 cups rice":                  {Quantity: number(2), Unit: "cup", Name: "rice", Note: "about"},
		"0":                                  {Quantity: number(0)},
		"a little salt":                      {Name: "salt", Note: "a little"},
		"a bay leaf":                         {Quantity: number(1), Name: "bay leaf"},
		"2 or more figs":                     {Quantity: number(2), Name: "figs", Note: "or more"},
		"up to 1/3 cup water":                {Quantity: number(1.0 / 3), Unit: "cup", Name: "water", Note: "up to"},
		"juice of half a lemon":              {Quantity: number(0.5), Name: "lemon", Note: "juice of"},
		"a good bit of lard":                 {Name: "a good bit of lard"},
		"a pint and a half of milk":          {Quantity: number(1.5), Unit: "pt", Name: "milk"},
		"1 - 1/2 cups oats":                  {Quantity: number(1.5), Unit: "cup", Name: "oats"},
		".5 tsp cloves":                      {Quantity: number(0.5), Unit: "tsp", Name: "cloves"},
		"some chopped dill":                  {Name: "dill", Note: "some chopped"},
		"200g rice or 100g barley":           {Quantity: number(200), Unit: "g", Name: "rice", Note: "or 100g barley"},
		"2 (300 ml) cups tea":                {Quantity: number(2), Unit: "cup", Name: "tea", Second: second(300, "ml", ingredient.Same)},
		"7up":                                {Name: "7up"},
		"00 flour":                           {Name: "00 flour"},
		"5-spice powder":                     {Name: "5-spice powder"},
		"half and half":                      {Name: "half and half"},
		"Chinese 5 spice":                    {Name: "Chinese 5 spice"},
		"1 cup 2% milk":                      {Quantity: number(1), Unit: "cup", Name: "2% milk"},
		strings.Repeat("1", 40) + " carrots": {Name: strings.Repeat("1", 40) + " carrots"},

		// The amount after the name.
		"Spaghetti: 320 g | 11 oz":  {Quantity: number(320), Unit: "g", Name: "Spaghetti", Second: second(11, "oz", ingredient.Same)},
		"Sweetcorn (1 can)":         {Quantity: number(1), Unit: "can", Name: "Sweetcorn"},
		"Chicken 1/2lb, cubed":      {Quantity: number(0.5), Unit: "lb", Name: "Chicken", Note: "cubed"},
		"Marrow bones (3x)":         {Quantity: number(3), Name: "Marrow bones"},
		"hot chillies, 1/3 cup":     {Quantity: number(1.0 / 3), Unit: "cup", Name: "hot chillies"},
		"Weizenmehl Type 405":       {Name: "Weizenmehl Type 405"},
		"juice of 1/2 lemon":        {Quantity: number(0.5), Name: "lemon", Note: "juice of"},
		"For the sauce: 2 cups rum": {Quantity: number(2), Unit: "cup", Name: "rum", Note: "For the sauce"},

		// Units.
		"2 T butter":                {Quantity: number(2), Unit: "tbsp", Name: "butter"},
		"8 fl. oz. cream":           {Quantity: number(8), Unit: "fl oz", Name: "cream"},
		"2 garlic cloves, crushed":  {Quantity: number(2), Unit: "clove", Name: "garlic", Note: "crushed"},
		"3 cloves":                  {Quantity: number(3), Name: "cloves"},
		"1 heaped tbsp flour":       {Quantity: number(1), Unit: "tbsp", Name: "flour", Note: "heaped"},
		"2\" cinnamon stick":        {Name: "cinnamon stick", Second: second(2, "inch", ingredient.Each)},
		"6 1/2-inch-thick slices":   {Quantity: number(6), Unit: "", Name: "slices", Note: "1/2-inch-thick"},
		"2 clove(s) of garlic":      {Quantity: number(2), Unit: "clove", Name: "garlic"},
		"2 peeled cloves garlic":    {Quantity: number(2), Unit: "clove", Name: "garlic", Note: "peeled"},
		"1 clove (spice)":           {Quantity: number(1), Name: "clove", Note: "spice"},
		"1 lg. egg":                 {Quantity: number(1), Name: "egg", Note: "lg"},
		"tablespoon of oil":         {Unit: "tbsp", Name: "oil"},
		"pinch each of salt":        {Unit: "pinch", Name: "salt"},
		"2 sticks (1 cup) butter":   {Quantity: number(2), Unit: "stick", Name: "butter", Second: second(1, "cup", ingredient.Same)},
		"2cm/¾in piece ginger":      {Unit: "piece", Name: "ginger", Note: "¾in", Second: second(2, "cm", ingredient.Each)},
		"1-inch piece of ginger":    {Unit: "piece", Name: "ginger", Second: second(1, "inch", ingredient.Each)},
		"2 (2-inch) pieces ginger":  {Quantity: number(2), Unit: "piece", Name: "ginger", Note: "2-inch"},
		"1 pound cake, cubed":       {Quantity: number(1), Name: "pound cake", Note: "cubed"},
		"4 bay leaves":              {Quantity: number(4), Name: "bay leaves"},
		"1 rib eye steak (12 oz)":   {Quantity: number(1), Name: "rib eye steak", Second: second(12, "oz", ingredient.Each)},
		"3 onions (medium size)":    {Quantity: number(3), Name: "onions", Note: "medium size"},
		"2 large eggs":              {Quantity: number(2), Name: "eggs", Note: "large"},
		"1 small, ripe mango":       {Quantity: number(1), Name: "ripe mango", Note: "small"},
		"3 ripe, medium tomatoes":   {Quantity: number(3), Name: "ripe tomatoes", Note: "medium"},
		"1/4 cup (packed) basil":    {Quantity: number(0.25), Unit: "cup", Name: "basil", Note: "packed"},
		"1 cup finely chopped leek": {Quantity: number(1), Unit: "cup", Name: "leek", Note: "finely chopped"},

		// Name and note.
		"Garlic powder (optional)":                    {Name: "Garlic powder", Note: "optional"},
		"Salt and pepper to taste":                    {Name: "Salt and pepper", Note: "to taste"},
		"salt and freshly ground black pepper":        {Name: "salt and black pepper", Note: "freshly ground"},
		"4 boneless, skinless chicken thighs":         {Quantity: number(4), Name: "boneless, skinless chicken thighs"},
		"500 ml olive, corn or rapeseed oil":          {Quantity: number(500), Unit: "ml", Name: "olive, corn or rapeseed oil"},
		"2 cups beef or chicken stock":                {Quantity: number(2), Unit: "cup", Name: "beef or chicken stock"},
		"1/4 cup butter, or margarine":                {Quantity: number(0.25), Unit: "cup", Name: "butter, or margarine"},
		"1 squash (or zucchini)":                      {Quantity: number(1), Name: "squash or zucchini"},
		"1 cup cooked or canned beans":                {Quantity: number(1), Unit: "cup", Name: "cooked or canned beans"},
		"Dill, parsley, chives (optional)":            {Name: "Dill, parsley, chives", Note: "optional"},
		"2 tbsp juice, or to taste":                   {Quantity: number(2), Unit: "tbsp", Name: "juice", Note: "or to taste"},
		"1 chilli, chopped, or dried flakes":          {Quantity: number(1), Name: "chilli", Note: "chopped, or dried flakes"},
		"1 onion peeled and sliced":                   {Quantity: number(1), Name: "onion", Note: "peeled and sliced"},
		"1 cup peeled, chopped tomatoes":              {Quantity: number(1), Unit: "cup", Name: "tomatoes", Note: "peeled, chopped"},
		"2 tbsp fresh chopped dill":                   {Quantity: number(2), Unit: "tbsp", Name: "fresh dill", Note: "chopped"},
		"oil for frying":                              {Name: "oil", Note: "for frying"},
		"2 tbsp oil, plus extra for drizzling":        {Quantity: number(2), Unit: "tbsp", Name: "oil", Note: "plus extra for drizzling"},
		"2 cups [chicken stock](/stock) or **water**": {Quantity: number(2), Unit: "cup", Name: "chicken stock or water"},
		"Olive oil": {Name: "Olive oil"},
		"- 2 eggs":  {Quantity: number(2), Name: "eggs"},
		"":          {},

		// German.
		"2 EL Öl":                        {Quantity: number(2), Unit: "tbsp", Name: "Öl"},
		"1 Prise Salz":                   {Quantity: number(1), Unit: "pinch", Name: "Salz"},
		"1/2 TL Zimt":                    {Quantity: number(0.5), Unit: "tsp", Name: "Zimt"},
		"250 g Mehl (Type 405)":          {Quantity: number(250), Unit: "g", Name: "Mehl", Note: "Type 405"},
		"1 Bund Petersilie, gehackt":     {Quantity: number(1), Unit: "bunch", Name: "Petersilie", Note: "gehackt"},
		"4 bis 5 kleine Äpfel":           {Quantity: number(4), QuantityMax: number(5), Name: "Äpfel", Note: "kleine"},
		"1 Dose gehackte Tomaten":        {Quantity: number(1), Unit: "can", Name: "gehackte Tomaten"},
		"200 g geriebener Käse":          {Quantity: number(200), Unit: "g", Name: "Käse", Note: "geriebener"},
		"1 gehäufter EL Speisestärke":    {Quantity: number(1), Unit: "tbsp", Name: "Speisestärke", Note: "gehäufter"},
		"ein Dutzend Eier":               {Quantity: number(12), Name: "Eier"},
		"Saft von 1 Zitrone":             {Quantity: number(1), Name: "Zitrone", Note: "Saft von"},
		"Saft einer halben Zitrone":      {Quantity: number(0.5), Name: "Zitrone", Note: "Saft"},
		"1 halbe Zitrone":                {Quantity: number(0.5), Name: "Zitrone"},
		"2 Dose/n Bohnen à 400 g":        {Quantity: number(2), Unit: "can", Name: "Bohnen", Second: second(400, "g", ingredient.Each)},
		"2 Knoblauchzehen":               {Quantity: number(2), Unit: "clove", Name: "Knoblauch"},
		"1 Zwiebel(n)":                   {Quantity: number(1), Name: "Zwiebel"},
		"1 Prise(n) Zucker":              {Quantity: number(1), Unit: "pinch", Name: "Zucker"},
		"2 TL, gestr. Salz":              {Quantity: number(2), Unit: "tsp", Name: "Salz", Note: "gestr"},
		"n. B. Wasser":                   {Name: "Wasser", Note: "n. B."},
		"400 g Tomaten aus der Dose":     {Quantity: number(400), Unit: "g", Name: "Tomaten", Note: "aus der Dose"},
		"1 EL Butter für die Form":       {Quantity: number(1), Unit: "tbsp", Name: "Butter", Note: "für die Form"},
		"Salz und Pfeffer nach Belieben": {Name: "Salz und Pfeffer", Note: "nach Belieben"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, ingredient.Parse(line))
		})
	}
}

// Scaled amounts are written the way a cook writes them. The content of each can doesn't change.
func TestLineWritesScaledAmounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line   string
		factor float64
		want   string
	}{
		{"1 cup rice", 1.5, "1 ½ cups rice"},
		{"1/3 cup oil", 2, "⅔ cup oil"},
		{"1/3 cup oil", 3, "1 cup oil"},
		{"250 g flour, sifted", 0.5, "125 g flour, sifted"},
		{"5-6 cloves of garlic", 2, "10-12 cloves garlic"},
		{"1 pound (500g) spaghetti", 2, "2 lb (1000 g) spaghetti"},
		{"1 (14 oz) can tomatoes", 2, "2 cans (14 oz each) tomatoes"},
		{"1 cup plus 1 tbsp sugar", 2, "2 cups plus 2 tbsp sugar"},
		{"Olive oil", 2, "Olive oil"},
		{"pinch of salt", 2, "pinch salt"},
	} {
		require.Equal(t, c.want, ingredient.Parse(c.line).Scale(c.factor).Line(), "line %q times %v", c.line, c.factor)
	}
}

// A caller without a field for the second measure gets the sum, or finds it in the note.
func TestWholeLosesNoMeasure(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"1 cup plus 2 tbsp sugar":    "1 ⅛ cups sugar",
		"1 pound (500g) spaghetti":   "1 lb spaghetti, 500 g",
		"2 (400 g) tins peas, warm":  "2 tins peas, 400 g each, warm",
		"1 cup plus 20 g sugar":      "1 cup sugar, plus 20 g",
		"2 onions, finely chopped":   "2 onions, finely chopped",
		"1 to 2 cups plus 1 cup tea": "2-3 cups tea",
	} {
		require.Equal(t, want, ingredient.Parse(line).Whole().Line(), "line %q", line)
	}
}

// A line that Larder composes parses to the same amount and unit.
func TestParseReadsWhatLineWrites(t *testing.T) {
	t.Parallel()
	units := []string{"", "g", "kg", "ml", "l", "tsp", "tbsp", "cup", "oz", "lb", "fl oz", "clove", "can", "pinch"}
	rapid.Check(t, func(t *rapid.T) {
		quantity := float64(rapid.IntRange(1, 800).Draw(t, "eighths")) / 8
		unit := rapid.SampledFrom(units).Draw(t, "unit")
		written := ingredient.Parsed{Quantity: &quantity, Unit: unit, Name: "turnip"}
		read := ingredient.Parse(written.Line())
		require.NotNil(t, read.Quantity, "line %q", written.Line())
		require.InDelta(t, quantity, *read.Quantity, 0.001, "line %q", written.Line())
		require.Equal(t, unit, read.Unit, "line %q", written.Line())
	})
}

// An amount is never guessed: a line without a digit or a number word has no quantity.
func TestParseGuessesNoNumber(t *testing.T) {
	t.Parallel()
	words := []string{"cups", "of", "flour", "large", "chopped", "tin", "pinch", "salt", "(", ")", ",", "-", "/", "to", "taste", "x", "g", "oz", "for", "the", "few", "."}
	rapid.Check(t, func(t *rapid.T) {
		line := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 12).Draw(t, "words"), " ")
		p := ingredient.Parse(line)
		require.Nil(t, p.Quantity, "line %q", line)
		require.Nil(t, p.Second, "line %q", line)
	})
}

// Every word of a line that isn't an amount ends up in a part, and no part has other words.
func TestPartsAreWordsOfTheLine(t *testing.T) {
	t.Parallel()
	words := []string{"1", "1/2", "2-3", "½", "200g", "cups", "tin", "of", "flour", "large", "finely", "chopped", "(", ")", ",", ":", "or", "plus", "a", "dozen", "€", "…"}
	rapid.Check(t, func(t *rapid.T) {
		line := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 14).Draw(t, "words"), " ")
		p := ingredient.Parse(line)
		for _, w := range strings.FieldsFunc(p.Name+" "+p.Note, func(r rune) bool { return strings.ContainsRune(" ,()", r) }) {
			require.Contains(t, line, w)
		}
		for _, w := range []string{"flour", "finely", "chopped"} {
			require.Equal(t, strings.Count(line, w), strings.Count(p.Name+" "+p.Note, w), "line %q, parts %+v", line, p)
		}
	})
}

// A line's parse doesn't depend on earlier lines, which used the same memory.
func TestParseKeepsNothingOfOtherLines(t *testing.T) {
	t.Parallel()
	texts := []string{
		"2 (14 oz) cans diced tomatoes, drained", "(spices)", "1 clove (spice)", strings.Repeat("dill, ", 150), "", "1 lb 2 oz beef",
		"2 à 3 c. à soupe d'huile d'olive", "Spieẞ", "salt", strings.Repeat("(", 400), "a pinch of salt, or two", "½",
	}
	alone := map[string]ingredient.Parsed{}
	for _, text := range texts {
		alone[text] = ingredient.Parse(text)
	}
	for _, before := range texts {
		for _, text := range texts {
			first := ingredient.Parse(before)
			require.Equal(t, alone[text], ingredient.Parse(text), "%q behind %q", text, before)
			require.Equal(t, alone[before], first, "%q stays as it was read", before)
		}
	}
}

// Whatever the bytes, parsing ends, keeps text valid, and gives finite, ordered amounts.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"1 1/2 cups flour", "½ tsp", "2-3", "a dozen", "((((", "1/0 cup", "1,5,5", "\xff\xfe", "９ eggs", "1 (14 oz) can", "[x](y", "İ 1 cup", "200g/7oz x",
		"1 cup plus 2 tbsp", "For the x: 1", "(3x)", "juice of 1", "1 inch piece", "1lb 2 oz 3 g", "Zwiebel(n)", "2 Dose/n à 400 g", "a, b, c (or d)", "3-to-4-pound x",
		"Knoblauchzehen", "2 1/2-inch-thick slices", "2 EL, gestr. Mehl", "x, chopped (1 g)", "a little bit of x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		p := ingredient.Parse(line)
		if p.QuantityMax != nil {
			require.NotNil(t, p.Quantity)
			require.Less(t, *p.Quantity, *p.QuantityMax)
		}
		if p.Quantity != nil {
			require.GreaterOrEqual(t, *p.Quantity, 0.0)
			require.Less(t, *p.Quantity, 1e12)
		}
		if utf8.ValidString(line) {
			require.True(t, utf8.ValidString(p.Written(line, 1.5, units.English).String()))
			require.True(t, utf8.ValidString(p.Scale(1.5).Line()))
			require.True(t, utf8.ValidString(p.Whole().Line()))
		}
		if strings.TrimSpace(line) != "" && utf8.ValidString(line) {
			require.NotEqual(t, ingredient.Parsed{}, p, "nothing is left of %q", line)
		}
	})
}

// 50,000 lines per second on one core are 20 µs per line.
func BenchmarkParse(b *testing.B) {
	lines := []string{
		"1 pound (500g) spaghetti (or similarly shaped pasta)", "Olive oil", "1 (14.5 ounce) can diced tomatoes, drained", "2 EL Öl",
		"4 boneless, skinless chicken breasts, cut into 1-inch cubes", "salt and freshly ground black pepper, to taste", "2 large eggs",
		"1 1/2 cups all-purpose flour, plus more for dusting", "250 g Kartoffeln, geschält und gewürfelt",
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		ingredient.Parse(lines[i%len(lines)])
		i++
	}
	b.ReportMetric(float64(i)/b.Elapsed().Seconds(), "lines/s")
}

// No line takes over a millisecond, however odd.
func BenchmarkParseOddLine(b *testing.B) {
	for _, piece := range []string{
		"(", "((1", "1/", "½", "1-", "a ", "1 cup plus ", "chopped and ", "large ", "x", "\u0301", "1 (", "or ", ",", "g/", "[a](b)", "](",
		"juice of ", "（", "a 1 g to ", "a 1 to ", "1 g/", "a few ", "about ", "half a ", ") ", "dill, ", "fig, or ", "x (or y", "a(s)", "chopped (1 g)",
		"n. ", "3-to-", "or more ", "2 1/2 inch thick ", "knoblauchzehe",
	} {
		// As long as a line may be, and with as many tokens as are parsed.
		for _, times := range []int{2000 / len(piece), 160, 80, 50} {
			b.Run(fmt.Sprintf("%q×%d", piece, times), func(b *testing.B) {
				line := strings.Repeat(piece, times)
				for b.Loop() {
					ingredient.Parse(line)
				}
				if each := b.Elapsed() / time.Duration(b.N); each > time.Millisecond {
					b.Errorf("%v a line of %q", each, piece)
				}
			})
		}
	}
}
