package ingredient_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/recipe/ingredient"
)

// Numbers are read as people and programs meant them: a wrong one is worse than none.
func TestParseReadsNumbers(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]ingredient.Parsed{
		"0.33333334326744 cup oil":       {Quantity: number(1.0 / 3), Unit: "cup", Name: "oil"},
		"1.3333333730698 cups oats":      {Quantity: number(4.0 / 3), Unit: "cup", Name: "oats"},
		"0.6667 cup oil":                 {Quantity: number(2.0 / 3), Unit: "cup", Name: "oil"},
		"0.16666667163372 tsp mace":      {Quantity: number(1.0 / 6), Unit: "tsp", Name: "mace"},
		"0.25000000372529 cup oil":       {Quantity: number(0.25), Unit: "cup", Name: "oil"},
		"1/3rd cup honey":                {Quantity: number(1.0 / 3), Unit: "cup", Name: "honey"},
		"2/3rds cup cream":               {Quantity: number(2.0 / 3), Unit: "cup", Name: "cream"},
		"1/4th tsp salt":                 {Quantity: number(0.25), Unit: "tsp", Name: "salt"},
		"2/3 rds cup cream":              {Quantity: number(2.0 / 3), Unit: "cup", Name: "cream"},
		"honey 1/3rd cup":                {Quantity: number(1.0 / 3), Unit: "cup", Name: "honey"},
		"1/3foo cup honey":               {Name: "1/3foo cup honey"},
		"1/0 cup honey":                  {Name: "1/0 cup honey"},
		"2/500 g tins":                   {Name: "2/500 g tins"},
		"one third cup oil":              {Quantity: number(1.0 / 3), Unit: "cup", Name: "oil"},
		"two-thirds cup cream":           {Quantity: number(2.0 / 3), Unit: "cup", Name: "cream"},
		"three quarters of a pound beef": {Quantity: number(0.75), Unit: "lb", Name: "beef"},
		"a third of a cup honey":         {Quantity: number(1.0 / 3), Unit: "cup", Name: "honey"},
		"one and a half cups oil":        {Quantity: number(1.5), Unit: "cup", Name: "oil"},
		"one-and-a-half cups milk":       {Quantity: number(1.5), Unit: "cup", Name: "milk"},
		"one and one-half cups milk":     {Quantity: number(1.5), Unit: "cup", Name: "milk"},
		"1 and a half cups milk":         {Quantity: number(1.5), Unit: "cup", Name: "milk"},
		"2 and a quarter pounds beef":    {Quantity: number(2.25), Unit: "lb", Name: "beef"},
		"half a teaspoon mace":           {Quantity: number(0.5), Unit: "tsp", Name: "mace"},
		"half-and-half":                  {Name: "half-and-half"},
		"twenty-five grams butter":       {Quantity: number(25), Unit: "g", Name: "butter"},
		"two hundred grams butter":       {Quantity: number(200), Unit: "g", Name: "butter"},
		"anderthalb Tassen Milch":        {Quantity: number(1.5), Unit: "cup", Name: "Milch"},
		"ein Viertel Liter Sahne":        {Quantity: number(0.25), Unit: "l", Name: "Sahne"},
		"zwei Drittel Tasse Milch":       {Quantity: number(2.0 / 3), Unit: "cup", Name: "Milch"},
		"1.000 g Mehl":                   {Quantity: number(1000), Unit: "g", Name: "Mehl"},
		"1.250-1.500 g Mehl":             {Quantity: number(1250), QuantityMax: number(1500), Unit: "g", Name: "Mehl"},
		"1,333 l milk":                   {Quantity: number(1.333), Unit: "l", Name: "milk"},
		"1,250 kg Fleisch":               {Quantity: number(1.25), Unit: "kg", Name: "Fleisch"},
		"0,125 l Sahne":                  {Quantity: number(0.125), Unit: "l", Name: "Sahne"},
		"453.592 g beef":                 {Quantity: number(453.592), Unit: "g", Name: "beef"},
		"2,500 g flour":                  {Quantity: number(2500), Unit: "g", Name: "flour"},
		"1.234,5 g Mehl":                 {Quantity: number(1234.5), Unit: "g", Name: "Mehl"},
		"1,234.5 g flour":                {Quantity: number(1234.5), Unit: "g", Name: "flour"},
		"1 000 g Mehl":                   {Quantity: number(1000), Unit: "g", Name: "Mehl"},
		"1'000 g Mehl":                   {Quantity: number(1000), Unit: "g", Name: "Mehl"},
		"2-3 dozen mussels":              {Quantity: number(24), QuantityMax: number(36), Name: "mussels"},
		"half a dozen eggs":              {Quantity: number(6), Name: "eggs"},
		"1-2 Dutzend Austern":            {Quantity: number(12), QuantityMax: number(24), Name: "Austern"},
		"10 to12 biscuits":               {Quantity: number(10), QuantityMax: number(12), Name: "biscuits"},
		"between 2 and 3 cups rice":      {Quantity: number(2), QuantityMax: number(3), Unit: "cup", Name: "rice", Note: "between"},
		"a 1 1/2-pound lobster":          {Quantity: number(1), Name: "lobster", Second: second(1.5, "lb", ingredient.Each)},
		"a two-pound lobster":            {Quantity: number(1), Name: "lobster", Second: second(2, "lb", ingredient.Each)},
		"A 4- to 5-pound goose":          {Quantity: number(1), Name: "goose", Second: upTo(second(4, "lb", ingredient.Each), 5)},
		"x2 eggs":                        {Quantity: number(2), Name: "eggs"},
		"eggs x2":                        {Quantity: number(2), Name: "eggs"},
		"Carrots 2":                      {Quantity: number(2), Name: "Carrots"},
		"Hladká múka: 3 PL":              {Quantity: number(3), Unit: "tbsp", Name: "Hladká múka"},
		"Med: 4 ML":                      {Name: "Med", Note: "4 ML"},
		"4 ML medu":                      {Name: "4 ML medu"},
		"250 ML milk":                    {Quantity: number(250), Unit: "ml", Name: "milk"},
		"1-2 Hand Petersilie":            {Quantity: number(1), QuantityMax: number(2), Unit: "handful", Name: "Petersilie"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, ingredient.Parse(line))
		})
	}
}

// Each measure of a line goes to its own field, and no number stays in the name.
func TestParseKeepsEveryMeasure(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]ingredient.Parsed{
		"3 - 4 x 15 ml tablespoons sunflower oil":   {Quantity: number(3), QuantityMax: number(4), Unit: "tbsp", Name: "sunflower oil", Second: second(15, "ml", ingredient.Each)},
		"4 15-ml tablespoons oil":                   {Quantity: number(4), Unit: "tbsp", Name: "oil", Second: second(15, "ml", ingredient.Each)},
		"2 (300 ml) cups milk":                      {Quantity: number(2), Unit: "cup", Name: "milk", Second: second(300, "ml", ingredient.Same)},
		"Eggs 4 (72 grams)":                         {Quantity: number(4), Name: "Eggs", Second: second(72, "g", ingredient.Same)},
		"Heaped ½ cup (135 ml) nuts":                {Quantity: number(0.5), Unit: "cup", Name: "nuts", Note: "Heaped", Second: second(135, "ml", ingredient.Same)},
		"a scant 1/2 cup oil":                       {Quantity: number(0.5), Unit: "cup", Name: "oil", Note: "a scant"},
		"¼ cup oat milk 60 mL":                      {Quantity: number(0.25), Unit: "cup", Name: "oat milk", Second: second(60, "ml", ingredient.Same)},
		"3cm/1in piece turmeric":                    {Unit: "piece", Name: "turmeric", Note: "1in", Second: second(3, "cm", ingredient.Each)},
		"2-inch piece ginger":                       {Unit: "piece", Name: "ginger", Second: second(2, "inch", ingredient.Each)},
		"9-inch pie crust":                          {Name: "pie crust", Second: second(9, "inch", ingredient.Each)},
		"1 14x9-inch sheet pastry":                  {Quantity: number(1), Unit: "sheet", Name: "pastry", Note: "14x9-inch"},
		"500g/1lb2oz leeks":                         {Quantity: number(500), Unit: "g", Name: "leeks", Second: second(1.125, "lb", ingredient.Same)},
		"1 (8-ounce [226-g]) can corn":              {Quantity: number(1), Unit: "can", Name: "corn", Second: second(8, "oz", ingredient.Each)},
		"2 (3 1/2) pound whole chickens":            {Quantity: number(2), Name: "whole chickens", Second: second(3.5, "lb", ingredient.Each)},
		"1-lb. piece salmon":                        {Quantity: number(1), Unit: "lb", Name: "salmon", Second: second(1, "piece", ingredient.Same)},
		"1 cup, plus 2 tbsp oil":                    {Quantity: number(1), Unit: "cup", Name: "oil", Second: second(2, "tbsp", ingredient.Plus)},
		"1 cup (plus 2 tbsp) flour":                 {Quantity: number(1), Unit: "cup", Name: "flour", Second: second(2, "tbsp", ingredient.Plus)},
		"2 tablespoons, plus 1 teaspoon, olive oil": {Quantity: number(2), Unit: "tbsp", Name: "olive oil", Second: second(1, "tsp", ingredient.Plus)},
		"1 cup minus 1 tbsp flour":                  {Quantity: number(1), Unit: "cup", Name: "flour", Note: "minus 1 tbsp"},
		"1 (or more) tablespoon sugar":              {Quantity: number(1), Unit: "tbsp", Name: "sugar", Note: "or more"},
		"salt and pepper, 1/2 teaspoon each":        {Quantity: number(0.5), Unit: "tsp", Name: "salt and pepper"},
		"4 cloves, garlic, minced":                  {Quantity: number(4), Unit: "clove", Name: "garlic", Note: "minced"},
		"2 cloves, crushed":                         {Quantity: number(2), Name: "cloves", Note: "crushed"},
		"3 cloves of garlic":                        {Quantity: number(3), Unit: "clove", Name: "garlic"},
		"4 celery sticks":                           {Quantity: number(4), Unit: "stick", Name: "celery"},
		"2 cinnamon sticks":                         {Quantity: number(2), Name: "cinnamon sticks"},
		"3 gelatine leaves":                         {Quantity: number(3), Unit: "leaf", Name: "gelatine"},
		"6 mint leaves":                             {Quantity: number(6), Name: "mint leaves"},
		"1/4 cup Ball® Mix":                         {Quantity: number(0.25), Unit: "cup", Name: "Ball® Mix"},
		"2 tbsp Philadelphia™ cheese":               {Quantity: number(2), Unit: "tbsp", Name: "Philadelphia™ cheese"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, ingredient.Parse(line))
		})
	}
}

// Listed foods, a food's second name, and what is sold with it belong to the name; preparations
// don't.
func TestParseLosesNoFood(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]ingredient.Parsed{
		"salt, lime juice and sugar":                 {Name: "salt, lime juice and sugar"},
		"dill, parsley or chives":                    {Name: "dill, parsley or chives"},
		"Kosher salt, freshly ground black pepper":   {Name: "Kosher salt, black pepper", Note: "freshly ground"},
		"1 tbsp peanut or other oil":                 {Quantity: number(1), Unit: "tbsp", Name: "peanut or other oil"},
		"8 oz spaghetti, or other long pasta":        {Quantity: number(8), Unit: "oz", Name: "spaghetti, or other long pasta"},
		"1 cup sour cream, yogurt or crème fraîche":  {Quantity: number(1), Unit: "cup", Name: "sour cream, yogurt or crème fraîche"},
		"2 tablespoons each parsley, basil and mint": {Quantity: number(2), Unit: "tbsp", Name: "parsley, basil and mint"},
		"1 russet potato, or something similar":      {Quantity: number(1), Name: "russet potato", Note: "or something similar"},
		"6 oz small, peeled, white shrimp":           {Quantity: number(6), Unit: "oz", Name: "white shrimp", Note: "small, peeled"},
		"1 large, ripe, peeled mango":                {Quantity: number(1), Name: "ripe mango", Note: "large, peeled"},
		"2 scallions (green onions), sliced":         {Quantity: number(2), Name: "scallions (green onions)", Note: "sliced"},
		"1 cup coriander (cilantro) leaves":          {Quantity: number(1), Unit: "cup", Name: "coriander (cilantro) leaves"},
		"4 anchovies (in oil)":                       {Quantity: number(4), Name: "anchovies (in oil)"},
		"1 onion (finely chopped)":                   {Quantity: number(1), Name: "onion", Note: "finely chopped"},
		"8 chicken thighs (skin on)":                 {Quantity: number(8), Name: "chicken thighs", Note: "skin on"},
		"2 tbsp capers in brine, drained":            {Quantity: number(2), Unit: "tbsp", Name: "capers in brine", Note: "drained"},
		"4 anchovy fillets packed in oil, drained":   {Quantity: number(4), Name: "anchovy fillets packed in oil", Note: "drained"},
		"1/2 cup pitted and chopped olives":          {Quantity: number(0.5), Unit: "cup", Name: "olives", Note: "pitted and chopped"},
		"12 pitted olives":                           {Quantity: number(12), Name: "pitted olives"},
		"1 cup roasted sliced almonds":               {Quantity: number(1), Unit: "cup", Name: "almonds", Note: "roasted sliced"},
		"1 tsp ground white pepper":                  {Quantity: number(1), Unit: "tsp", Name: "ground white pepper"},
		"1 tsp ground black pepper":                  {Quantity: number(1), Unit: "tsp", Name: "black pepper", Note: "ground"},
		"fresh ground pepper":                        {Name: "pepper", Note: "fresh ground"},
		"2 tablespoons fresh squeezed lemon juice":   {Quantity: number(2), Unit: "tbsp", Name: "lemon juice", Note: "fresh squeezed"},
		"1 jar chopped garlic":                       {Quantity: number(1), Unit: "jar", Name: "garlic", Note: "chopped"},
		"1 can chopped green chiles":                 {Quantity: number(1), Unit: "can", Name: "chopped green chiles"},
		"1 tsp toasted sesame oil":                   {Quantity: number(1), Unit: "tsp", Name: "toasted sesame oil"},
		"1 tbsp toasted sesame seeds":                {Quantity: number(1), Unit: "tbsp", Name: "sesame seeds", Note: "toasted"},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, want, ingredient.Parse(line))
		})
	}
}
