// Package food tells which foods an ingredient names, so that recipes are found by them and a shopping
// list adds them up.
package food

import (
	"strings"

	"larder.dev/internal/wordfold"
)

// Key is equal for two names of the same food: the same words in singular, ignoring case and
// accents. Names that share only a word, or part of one, are different foods.
func Key(name string) string {
	words := wordfold.Words(name)
	for i, word := range words {
		words[i] = singular(word)
	}
	return strings.Join(words, " ")
}

// singular maps a folded English or German word to one form for both numbers. The form needn't be a
// word, but two foods must not share one; so it knows endings, not stems.
func singular(word string) string {
	if one, known := irregular[word]; known {
		return one
	}
	for _, ending := range endings {
		stem, found := strings.CutSuffix(word, ending.plural)
		if found && len(stem) >= ending.stem {
			return stem + ending.singular
		}
	}
	return word
}

// ending is a rule: a plural ending, its singular, and the minimum length of the rest.
type ending struct {
	plural, singular string
	stem             int
}

// endings are tried in order. The first match decides, even if it leaves the word unchanged.
//
//nolint:gochecknoglobals // a table, never written to
var endings = []ending{
	{"ss", "ss", 0},
	{"us", "us", 1}, // asparagus, hummus
	{"is", "is", 1}, // Reis, anis
	{"ies", "y", 2}, // berries
	{"ie", "y", 4},  // the singular of cookies
	{"oes", "o", 2},
	{"ches", "ch", 2},
	{"shes", "sh", 2},
	{"sses", "ss", 2},
	{"xes", "x", 1},
	{"eaves", "eaf", 1}, // bay leaves
	{"nusse", "nuss", 0},
	{"blatter", "blatt", 0},
	{"eln", "el", 2}, // Zwiebeln
	{"ten", "te", 2}, // Karotten; and so on
	{"sen", "se", 2},
	{"nen", "ne", 2},
	{"ren", "re", 2},
	{"ken", "ke", 2},
	{"gen", "ge", 3},
	{"len", "le", 2},
	{"hen", "he", 3},
	{"s", "", 2},
}

//nolint:gochecknoglobals // a table, never written to
var irregular = map[string]string{
	"loaves": "loaf", "halves": "half", "knives": "knife", "calves": "calf",
	"molasses": "molasses", "ananas": "ananas", "couscous": "couscous", "swiss": "swiss",
	"chilis": "chili", "chillis": "chili", "chillies": "chili", "chilies": "chili", "chilli": "chili",
	"kiwis": "kiwi", "zucchinis": "zucchini", "broccolis": "broccoli", "blinis": "blini",
	"eier": "ei", "pilze": "pilz", "brote": "brot", "fische": "fisch", "wurste": "wurst", "kase": "kase",
	"krauter": "kraut", "steaks": "steak", "eigelbe": "eigelb", "kohle": "kohl",
	"chicken": "chicken", "kitchen": "kitchen", "schnitten": "schnitte", "braten": "braten", "garten": "garten",
	"kuchen": "kuchen", "knochen": "knochen", "hahnchen": "hahnchen",
	"pomodori": "pomodoro", "pomodorini": "pomodorino", "cipolle": "cipolla", "uova": "uovo", "carote": "carota",
	"patate": "patata", "melanzane": "melanzana", "zucchine": "zucchina", "peperoni": "peperone", "limoni": "limone",
	"funghi": "fungo", "fagioli": "fagiolo", "ceci": "cece", "porri": "porro", "mele": "mela", "fragole": "fragola",
	"mandorle": "mandorla", "noci": "noce", "acciughe": "acciuga", "gamberi": "gambero", "lenticchie": "lenticchia",
	"oeufs": "oeuf", "poireaux": "poireau", "choux": "chou", "noix": "noix", "ajies": "aji", "limones": "limon",
	"ajos": "ajo", "nueces": "nuez", "champinones": "champinon", "uien": "ui", "tomaat": "tomate", "preien": "prei",
	"aardappelen": "aardappel", "aardappels": "aardappel", "eieren": "ei", "wortels": "wortel", "wortelen": "wortel",
	"lokar": "lok", "purjolokar": "purjolok", "morotter": "morot", "tomater": "tomat", "potatisar": "potatis",
	"agg": "agg", "notter": "not", "jordgubbar": "jordgubbe", "svampar": "svamp", "paprikor": "paprika",
}
