package text_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/importer/found"
	"larder.dev/importer/text"
)

// written is a recipe with its language's words for the parts.
type written struct {
	language, name, description    string
	servings                       string // "Serves 4"
	prep, cook                     string // "Prep time: 15 minutes"
	ingredients, method            string
	groups                         []group
	steps                          []string
	wantServings, wantPrep, wantCo int
}

type group struct {
	name string
	rows []string
}

func recipes() []written {
	return []written{
		{
			"en", "Potato pancakes", "What we fry on Sundays.\nAlso good cold.", "Serves 4", "Prep time: 20 minutes", "Cook time: 1 hour 10 min", "Ingredients", "Method",
			[]group{{"", []string{"1 kg potatoes, floury", "2 eggs", "salt"}}, {"For the dip", []string{"200 g yoghurt", "1 bunch chives"}}},
			[]string{"Grate the potatoes and press the water out.", "Mix 2 eggs in, and salt well.", "Fry in portions"},
			4, 20, 70,
		},
		{
			"de", "Kartoffelpuffer", "Was es bei uns sonntags gibt.", "Für 4 Personen", "Vorbereitungszeit: 20 Minuten", "Kochzeit: 30 Min.", "Zutaten", "Zubereitung",
			[]group{{"Teig", []string{"1 kg Kartoffeln", "2 Eier", "Salz"}}, {"Quark", []string{"250 g Quark", "1 Bund Schnittlauch"}}},
			[]string{"Kartoffeln reiben und ausdrücken.", "Eier unterrühren, gut salzen.", "In Öl backen."},
			4, 20, 30,
		},
		{
			"fr", "Soupe au potiron", "Une soupe d'automne.", "Pour 6 personnes", "Temps de préparation : 15 min", "Temps de cuisson : 40 min", "Ingrédients", "Préparation",
			[]group{{"", []string{"1 kg de potiron", "2 oignons", "1 l de bouillon", "sel et poivre"}}},
			[]string{"Couper le potiron en dés.", "Faire revenir les oignons.", "Mouiller et cuire 40 minutes."},
			6, 15, 40,
		},
		{
			"it", "Pasta e ceci", "Un piatto povero.", "Per 4 persone", "Tempo di preparazione: 10 minuti", "Tempo di cottura: 1 ora", "Ingredienti", "Procedimento",
			[]group{{"", []string{"250 g di ceci", "200 g di pasta", "1 rametto di rosmarino", "olio"}}},
			[]string{"Ammollare i ceci per una notte.", "Cuocere con il rosmarino.", "Aggiungere la pasta."},
			4, 10, 60,
		},
		{
			"es", "Tortilla de patatas", "La de siempre.", "Para 4 personas", "Tiempo de preparación: 15 minutos", "Tiempo de cocción: 25 minutos", "Ingredientes", "Elaboración", //nolint:misspell // Spanish
			[]group{{"", []string{"6 huevos", "600 g de patatas", "1 cebolla", "sal"}}},
			[]string{"Freír las patatas con la cebolla.", "Batir los huevos.", "Cuajar por los dos lados."},
			4, 15, 25,
		},
		{
			"nl", "Erwtensoep", "Voor als het vriest.", "Voor 6 personen", "Voorbereidingstijd: 20 minuten", "Kooktijd: 2 uur", "Ingrediënten", "Bereiding",
			[]group{{"", []string{"500 g spliterwten", "1 knolselderij", "2 worsten"}}, {"Erbij", []string{"4 sneetjes roggebrood", "100 g spek"}}},
			[]string{"Kook de erwten gaar.", "Snijd de knolselderij.", "Warm de worst mee."},
			6, 20, 120,
		},
		{
			"sv", "Kanelbullar", "Till fikat.", "20 portioner", "Förberedelsetid: 30 minuter", "Tillagningstid: 10 min", "Ingredienser", "Gör så här",
			[]group{{"Deg", []string{"5 dl mjölk", "1 kg vetemjöl", "1 paket jäst"}}, {"Fyllning", []string{"150 g smör", "2 msk kanel"}}},
			[]string{"Arbeta degen smidig.", "Kavla ut och bred på fyllningen.", "Grädda i mitten av ugnen."},
			20, 30, 10,
		},
	}
}

// layouts returns three ways to write a recipe down: as programs print it, as Markdown, and without
// marks.
func layouts() map[string]func(w written) string {
	return map[string]func(w written) string{
		"printed": func(w written) string {
			return lay(w, "%s", strings.ToUpper(w.ingredients), strings.ToUpper(w.method), "%s:", "- %s", "%d. %s")
		},
		"markdown": func(w written) string {
			return lay(w, "# %s", "## "+w.ingredients, "## "+w.method, "### %s", "* %s", "%d. %s")
		},
		"bare": func(w written) string { return lay(w, "%s", w.ingredients+":", w.method+":", "%s", "%s", "") },
	}
}

func lay(w written, name, ingredients, method, group, row, step string) string {
	lines := []string{fmt.Sprintf(name, w.name), "", w.description, "", w.servings, w.prep + " | " + w.cook, "", ingredients}
	for _, g := range w.groups {
		if g.name != "" {
			lines = append(lines, "", fmt.Sprintf(group, g.name))
		}
		for _, r := range g.rows {
			lines = append(lines, fmt.Sprintf(row, r))
		}
	}
	lines = append(lines, "", method)
	for i, s := range w.steps {
		if step == "" {
			lines = append(lines, s)
			continue
		}
		lines = append(lines, fmt.Sprintf(step, i+1, s))
	}
	return strings.Join(lines, "\n")
}

// A recipe written in any of the languages and layouts is read completely.
func TestLayouts(t *testing.T) {
	t.Parallel()
	for layout, write := range layouts() {
		for _, w := range recipes() {
			t.Run(layout+"/"+w.language, func(t *testing.T) {
				t.Parallel()
				written := write(w)
				r, err := text.Read(written, "note")
				require.NoError(t, err, written)
				require.Equal(t, w.name, r.Name)
				require.Equal(t, w.description, r.Description, written)
				require.InDelta(t, w.wantServings, *r.Servings, 0)
				require.Equal(t, w.wantPrep, *r.PrepMinutes)
				require.Equal(t, w.wantCo, *r.CookMinutes)
				require.Equal(t, w.groups, groupsOf(r), written)
				require.Equal(t, w.steps, stepsOf(r), written)
			})
		}
	}
}

// Without any label, the same recipes are read by what their lines look like, and are surely recipes.
func TestLayoutsWithoutLabels(t *testing.T) {
	t.Parallel()
	for layout, marks := range map[string][3]string{"bullets": {"- ", "1. ", "\n"}, "bare": {"", "", "\n"}, "paragraphs": {"", "", "\n\n"}} {
		for _, w := range recipes() {
			t.Run(layout+"/"+w.language, func(t *testing.T) {
				t.Parallel()
				written := w.name + "\n\n" + w.servings + "\n"
				for _, g := range w.groups {
					written += "\n"
					if g.name != "" {
						written += g.name + ":\n"
					}
					for _, row := range g.rows {
						written += marks[0] + row + "\n"
					}
				}
				written += "\n"
				for i, step := range w.steps {
					written += strings.Replace(marks[1], "1", strconv.Itoa(i+1), 1) + step + marks[2]
				}
				r, err := text.Read(written, "note")
				require.NoError(t, err, written)
				require.Equal(t, w.name, r.Name)
				require.InDelta(t, w.wantServings, *r.Servings, 0)
				require.Equal(t, w.groups, groupsOf(r), written)
				require.Equal(t, w.steps, stepsOf(r), written)
				require.True(t, r.Evident(), written)
			})
		}
	}
}

func groupsOf(r found.Recipe) []group {
	var groups []group
	for _, row := range r.Ingredients {
		if n := len(groups); n == 0 || groups[n-1].name != row.Section {
			groups = append(groups, group{name: row.Section})
		}
		last := &groups[len(groups)-1]
		last.rows = append(last.rows, row.Text)
	}
	return groups
}

func stepsOf(r found.Recipe) []string {
	var steps []string
	for _, step := range r.Steps {
		steps = append(steps, step.Text)
	}
	return steps
}

// A note without labels is read by what its lines look like.
func TestUnlabelled(t *testing.T) {
	t.Parallel()
	r, err := text.Read("Lentil stew\nserves 2-3, 40 min total\n\n200 g lentils\n1 onion\na little vinegar\n\nCook the lentils with the onion until soft.\n\nAdd the vinegar and serve.\n\nNotes:\nBetter the next day.", "note")
	require.NoError(t, err)
	require.Equal(t, "Lentil stew", r.Name)
	require.InDelta(t, 3, *r.Servings, 0)
	require.Equal(t, 40, *r.TotalMinutes)
	require.Equal(t, []group{{"", []string{"200 g lentils", "1 onion", "a little vinegar"}}}, groupsOf(r))
	require.Equal(t, []string{"Cook the lentils with the onion until soft.", "Add the vinegar and serve."}, stepsOf(r))
	require.Equal(t, "Better the next day.", r.Notes)
}

// A hard-wrapped text is joined again, and a step's number isn't part of its text.
func TestWrappedSteps(t *testing.T) {
	t.Parallel()
	r, err := text.Read("Rice pudding\n\nIngredients\n- 1 l milk\n- 200 g rice\n  for pudding\n\nMethod\n1. Bring the milk to the boil and let\nthe rice swell in it.\n2. Stir.\n", "note")
	require.NoError(t, err)
	require.Equal(t, []group{{"", []string{"1 l milk", "200 g rice for pudding"}}}, groupsOf(r))
	require.Equal(t, []string{"Bring the milk to the boil and let the rice swell in it.", "Stir."}, stepsOf(r))
}

// Steps without full stops, one a line, stay apart, however many there are.
func TestStepsWithoutFullStops(t *testing.T) {
	t.Parallel()
	steps := []string{"Wash the rice until the water runs clear", "Cook it in twice as much water with the lid on", "Stir in the butter", "Season and serve in deep plates"}
	for _, labels := range [][2]string{{"", ""}, {"Ingredients\n", "Method\n"}} {
		r, err := text.Read("Buttered rice\n\n"+labels[0]+"200 g rice\n30 g butter\nsalt\n\n"+labels[1]+strings.Join(steps, "\n"), "note")
		require.NoError(t, err)
		require.Equal(t, steps, stepsOf(r))
	}
}

// Hard-wrapped steps are joined, whether a blank line parts them or only their full stops do.
func TestWrappedParagraphs(t *testing.T) {
	t.Parallel()
	for _, parting := range []string{"\n", "\n\n"} {
		r, err := text.Read("Buttered rice\n\nIngredients\n200 g rice\n30 g butter\n\nMethod\n"+
			"Wash the rice in several changes of water\nuntil it runs clear."+parting+"Stir in the butter while the rice is still\nhot, and serve.", "note")
		require.NoError(t, err)
		require.Equal(t, []string{
			"Wash the rice in several changes of water until it runs clear.", "Stir in the butter while the rice is still hot, and serve.",
		}, stepsOf(r))
	}
}

// A wrapped item is one row or step, also if its second line begins with a number.
func TestWrappedItems(t *testing.T) {
	t.Parallel()
	r, err := text.Read("Rice pudding\n\nIngredients\n* 1 l milk, the best there\nis to be had\n* 200 g rice\n\nMethod\n"+
		"1. Boil the milk.\n2. Add the rice.\n3. If it burns, begin again with\nstep 2. Otherwise serve.\n4. Or go on at\n2. as before.", "note")
	require.NoError(t, err)
	require.Equal(t, []group{{"", []string{"1 l milk, the best there is to be had", "200 g rice"}}}, groupsOf(r))
	require.Len(t, r.Steps, 4)
}

// Without labels and amounts, the list is what the rest mentions, and what ends in sentences isn't
// the list.
func TestListThatTheStepsMention(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows, steps []string
	}{
		"long rows": {
			[]string{"Dried bread. It must be a day old at least, and from a loaf that was baked without a tin.", "Milk (to soak the bread in, about half a litre)", "Cinnamon"},
			[]string{"Warm the milk with the cinnamon.", "Soak the bread in it."},
		},
		"one row": {[]string{"1 lb. of raw peanuts"}, []string{"Roast the peanuts until they smell good", "Grind the peanuts"}},
		"amounts at the end": {
			[]string{"Crab meat (300 grams)", "Egg (3)", "Rice (50 grams)"},
			[]string{"Boil the rice and the eggs", "Chop the crab meat finely", "Mix all and chill"},
		},
		"short sentences": {
			[]string{"2 cups lettuce", "4 tomatoes", "6 tbsp oil"},
			[]string{"Tear the lettuce.", "In a bowl, mix it with the tomatoes.", "Pour oil over it."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := text.Read("A dish\n\n"+strings.Join(c.rows, "\n")+"\n\n"+strings.Join(c.steps, "\n"), "note")
			require.NoError(t, err)
			require.Equal(t, []group{{"", c.rows}}, groupsOf(r))
			require.Equal(t, c.steps, stepsOf(r))
		})
	}
}

// A label may have an article, say that the steps are one by one, or say for how many it is.
func TestLabelsWithOtherWords(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"Die Zutaten": text.Ingredients, "Les ingrédients pour 4 personnes": text.Ingredients, "What You’ll Need:": text.Ingredients,
		"La preparación": text.Steps, "Elaboración paso a paso:": text.Steps, "The Method": text.Steps, "Die Eier trennen": "", "The cake": "",
	} {
		part, _ := text.Labels(line)
		require.Equal(t, want, part, line)
	}
}

// Servings and times may be sentences of one line.
func TestAboutInSentences(t *testing.T) {
	t.Parallel()
	var r found.Recipe
	require.True(t, text.About(&r, "Serves 4. Prep: 10 mins. Cook: 20 mins."))
	require.InDelta(t, 4, *r.Servings, 0)
	require.Equal(t, 10, *r.PrepMinutes)
	require.Equal(t, 20, *r.CookMinutes)
	require.False(t, text.About(&found.Recipe{}, "Serves 4. My grandmother made it for us every other Sunday in winter."))
}

// A letter isn't a recipe.
func TestNoRecipe(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"", "\n\n", "Dear Ada,\n\nthank you for the soup that you brought us on Sunday. We liked it.\n\nRuth", "1"} {
		_, err := text.Read(other, "letter")
		require.ErrorIs(t, err, text.ErrNoRecipe, other)
	}
}

// A text longer than any recipe is rejected before its lines are read.
func TestTooLarge(t *testing.T) {
	t.Parallel()
	for _, long := range []string{strings.Repeat("1 g\n", text.MaxLines+1), strings.Repeat("1 g ", text.MaxSize/4+1)} {
		_, err := text.Read(long, "long")
		require.ErrorIs(t, err, text.ErrTooLarge)
	}
	_, err := text.Read(strings.Repeat("1 g flour\n", text.MaxLines), "long")
	require.NoError(t, err)
	_, err = text.Read(strings.Repeat(strings.Repeat("ab cde ", 100)+"\n\n", text.MaxLines/2), "paragraphs")
	require.ErrorIs(t, err, text.ErrNoRecipe)
}

// Reading a text ends, whatever it contains, and loses no line of a list.
func FuzzRead(f *testing.F) {
	for _, write := range layouts() {
		for _, w := range recipes() {
			f.Add(write(w))
		}
	}
	f.Add("a\n\x00\n- \n1.\n#\n")
	f.Fuzz(func(t *testing.T, written string) {
		if r, err := text.Read(written, "x"); err == nil {
			require.NotEmpty(t, r.Ingredients)
		}
	})
}
