package recipe

// The limits of a recipe, in characters, rows, minutes and servings. openapi.yaml states the same
// limits; a test compares them.
const (
	MaxName        = 200
	MaxText        = 20_000 // description, notes
	MaxSource      = 2_000  // address or words
	MaxYield       = 200
	MaxAuthor      = 200
	MaxLanguage    = 35  // what BCP 47 asks programs to have room for
	MaxNutrition   = 200 // each value
	MaxTags        = 50
	MaxTag         = 50
	MinServings    = 0.001 // amounts are divided by it: near zero they would become infinite
	MaxServings    = 10_000
	MaxMinutes     = 100_000
	MaxIngredients = 200
	MaxLine        = 500 // an ingredient's text
	MaxUnit        = 50
	MaxItem        = 200 // an ingredient's name
	MaxNote        = 200
	MaxSection     = 200
	MaxQuantity    = 1_000_000_000
	MaxSteps       = 200
	MaxStep        = 5_000
)
