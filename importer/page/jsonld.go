package page

import (
	"encoding/json"
	"errors"
	"html"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"larder.dev/importer/found"
)

var errTooDeep = errors.New("nested too deep")

// linkedData returns the values of a page's JSON-LD.
func (d *document) linkedData() []any {
	var graphs []any
	d.Find("script").Each(func(_ int, script *goquery.Selection) {
		kind, _ := script.Attr("type")
		if !strings.Contains(strings.ToLower(kind), "ld+json") {
			return
		}
		if graph, err := decode(script.Text()); err == nil {
			graphs = append(graphs, graph)
		}
	})
	return graphs
}

// decode reads JSON as found in pages: as it is, else repaired, else with references resolved.
func decode(text string) (any, error) {
	text = uncommented(text)
	var err error
	for _, attempt := range []func(string) string{
		func(s string) string { return s }, mendJSON, func(s string) string { return mendJSON(html.UnescapeString(s)) },
	} {
		candidate := attempt(text)
		if found.TooDeep(candidate) {
			return nil, errTooDeep
		}
		var value any
		value, err = decodeStrictly(candidate)
		if err == nil {
			return value, nil
		}
	}
	return nil, err
}

// decodeStrictly reads one value and any that follow: some pages put several in one script.
func decodeStrictly(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var values []any
	for decoder.More() {
		var value any
		if err := decoder.Decode(&value); err != nil {
			if len(values) > 0 {
				break // ignore the rest after a complete value
			}
			return nil, err
		}
		values = append(values, value)
	}
	if len(values) == 1 {
		return values[0], nil
	}
	return values, nil
}

// uncommented removes what hides a script from very old browsers: <!-- -->, //<![CDATA[ ]]>.
func uncommented(text string) string {
	text = strings.TrimSpace(text)
	for _, pair := range [][2]string{{"<!--", "-->"}, {"//<![CDATA[", "//]]>"}, {"/*<![CDATA[*/", "/*]]>*/"}, {"<![CDATA[", "]]>"}} {
		text = strings.TrimSpace(strings.TrimPrefix(text, pair[0]))
		text = strings.TrimSpace(strings.TrimSuffix(text, pair[1]))
	}
	return strings.TrimSuffix(text, ";")
}
