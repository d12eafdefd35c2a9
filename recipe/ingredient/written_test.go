package ingredient_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/recipe/ingredient"
	"larder.dev/recipe/units"
)

var update = flag.Bool("update", false, "write what the app is given anew") //nolint:gochecknoglobals // a flag of the test

// scalingCase is a row of testdata/scaling.json, which the app's scaler passes too. Want marks the
// amounts with guillemets.
type scalingCase struct {
	Text        string      `json:"text"`
	Quantity    *float64    `json:"quantity"`
	QuantityMax *float64    `json:"quantity_max"`
	Unit        string      `json:"unit"`
	Name        string      `json:"name"`
	Note        string      `json:"note"`
	Second      *secondCase `json:"second"`
	Factor      float64     `json:"factor"`
	Locale      string      `json:"locale"`
	Want        string      `json:"want"`
}

type secondCase struct {
	Quantity    float64             `json:"quantity"`
	QuantityMax *float64            `json:"quantity_max"`
	Unit        string              `json:"unit"`
	Relation    ingredient.Relation `json:"relation"`
}

func (c scalingCase) parsed() ingredient.Parsed {
	p := ingredient.Parsed{Quantity: c.Quantity, QuantityMax: c.QuantityMax, Unit: c.Unit, Name: c.Name, Note: c.Note}
	if s := c.Second; s != nil {
		p.Second = &ingredient.Second{Quantity: s.Quantity, QuantityMax: s.QuantityMax, Unit: s.Unit, Relation: s.Relation}
	}
	return p
}

func (c scalingCase) got() string {
	return marked(c.parsed().Written(c.Text, c.Factor, units.LocaleOf(c.Locale)))
}

// marked puts the amounts in guillemets.
func marked(line ingredient.Segments) string {
	var text strings.Builder
	for _, segment := range line {
		if segment.Amount {
			text.WriteString("«" + segment.Text + "»")
			continue
		}
		text.WriteString(segment.Text)
	}
	return text.String()
}

func scalingCases(t *testing.T, path string) []scalingCase {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	var cases []scalingCase
	require.NoError(t, json.Unmarshal(data, &cases))
	return cases
}

// A scaled line keeps its writer's words and unit, and writes amounts the way a cook does.
func TestWrittenKeepsTheWords(t *testing.T) {
	t.Parallel()
	cases := scalingCases(t, "testdata/scaling.json")
	require.Greater(t, len(cases), 150)
	for _, c := range cases {
		require.Equal(t, c.Want, c.got(), "line %q times %v in %s", c.Text, c.Factor, c.Locale)
	}
}

// A factor of one returns the line as written, whatever its parts say.
func TestWrittenOnceIsTheLine(t *testing.T) {
	t.Parallel()
	for _, line := range labelledLines(t) {
		require.Equal(t, line, ingredient.Parse(line).Written(line, 1, units.English).String())
	}
}

// Scaling up and back gives the original amount, so that no number stays unscaled.
func TestWrittenScalesWhatIsRead(t *testing.T) {
	t.Parallel()
	amounts := []string{"1", "2", "3", "4", "1/2", "½", "1 1/2", "1½", "0.5", "1,5", "two", "half a", "a", "2-4", "2 to 4", "1/3rd"}
	words := []string{"cup", "cups", "EL", "Tassen", "g", "kg", "cloves", "Zehen", "cans", "tbsp", "lb"}
	foods := []string{"flour", "Mehl", "garlic, minced", "oil (good)", "Ball® Mix"}
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom(amounts).Draw(t, "amount") + " " + rapid.SampledFrom(words).Draw(t, "unit") + " " +
			rapid.SampledFrom(foods).Draw(t, "food")
		parsed := ingredient.Parse(line)
		if parsed.Quantity == nil {
			return
		}
		doubled := parsed.Written(line, 2, units.English).String()
		again := ingredient.Parse(doubled)
		require.NotNil(t, again.Quantity, "%q twice is %q", line, doubled)
		require.InDelta(t, 2**parsed.Quantity, *again.Quantity, 0.01, "%q twice is %q", line, doubled)
		require.Equal(t, parsed.Unit, again.Unit, "%q twice is %q", line, doubled)
	})
}

// The app scales offline with the same words (web/src/lib/amountWords.json).
func TestTheAppHasTheSameWords(t *testing.T) {
	t.Parallel()
	app := filepath.Join("..", "..", "web", "src", "lib")
	sameFile(t, filepath.Join(app, "amountWords.json"), ingredient.WordsForTheApp())
}

// scaling_labelled.json holds labelled lines, scaled by various factors, as parsed and scaled here.
// The app passes it too, which shows that both agree; scaling.json shows what is right.
func TestTheAppScalesAlike(t *testing.T) {
	t.Parallel()
	cases := scalingCases(t, "testdata/scaling_labelled.json")
	for i, c := range cases {
		p := c.parsed() // the recorded parts, or every grammar change would rewrite them
		if *update {
			p = ingredient.Parse(c.Text)
		}
		again := scalingCase{
			Text: c.Text, Quantity: p.Quantity, QuantityMax: p.QuantityMax, Unit: p.Unit, Name: p.Name, Note: p.Note,
			Factor: c.Factor, Locale: c.Locale,
		}
		if s := p.Second; s != nil {
			again.Second = &secondCase{s.Quantity, s.QuantityMax, s.Unit, s.Relation}
		}
		again.Want = again.got()
		cases[i] = again
	}
	sameFile(t, "testdata/scaling_labelled.json", cases)
}

// amounts.json holds all labelled lines with the amount read in each, and doubled. Whenever the app
// reads the amount of an unsent line (web/src/lib/unsentRow.ts), it must be the same.
func TestTheAppReadsNoOtherAmount(t *testing.T) {
	t.Parallel()
	var rows bytes.Buffer
	encoder := json.NewEncoder(&rows)
	encoder.SetEscapeHTML(false)
	rows.WriteString("[\n")
	for i, line := range append(labelledLines(t), linesOfOtherLanguages(t)...) {
		if i > 0 {
			rows.WriteByte(',')
		}
		p, doubled := ingredient.Parse(line), []string{}
		for _, segment := range p.Written(line, 2, units.English) {
			if segment.Amount {
				doubled = append(doubled, segment.Text)
			}
		}
		require.NoError(t, encoder.Encode([]any{line, p.Quantity, p.QuantityMax, p.Unit, strings.Join(doubled, "; ")}))
	}
	rows.WriteString("]\n")
	sameText(t, "testdata/amounts.json", rows.Bytes())
}

// sameFile checks that a file holds the value as JSON, or writes it.
func sameFile(t *testing.T, path string, value any) {
	t.Helper()
	var want bytes.Buffer
	encoder := json.NewEncoder(&want)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	require.NoError(t, encoder.Encode(value))
	sameText(t, path, want.Bytes())
}

// sameText checks that a file holds the text, or writes it.
func sameText(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, want, 0o600))
	}
	there, err := os.ReadFile(path)
	require.NoError(t, err)
	if !bytes.Equal(want, there) {
		t.Fatalf("%s differs: make generate writes it anew", path)
	}
}

// labelledLines returns the lines of the labelled set.
func labelledLines(t *testing.T) []string {
	t.Helper()
	return firstColumn(labelled)
}

// linesOfOtherLanguages returns the labelled lines of the other languages.
func linesOfOtherLanguages(t *testing.T) []string {
	t.Helper()
	var lines []string
	for _, code := range []string{"es", "fr", "it", "nl", "sv"} {
		text, err := languages.ReadFile("testdata/languages/" + code + ".tsv")
		require.NoError(t, err)
		lines = append(lines, firstColumn(string(text))...)
	}
	return lines
}

func firstColumn(table string) []string {
	var lines []string
	for row := range strings.Lines(table) {
		if strings.HasPrefix(row, "#") {
			continue
		}
		line, _, _ := strings.Cut(row, "\t")
		lines = append(lines, line)
	}
	return lines
}
