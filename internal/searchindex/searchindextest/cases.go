//nolint:thelper // The parts of a suite are tests; a failure has to point into them.
package searchindextest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// casesJSON is the table of cases that the app's port of the rules passes too.
//
//go:embed cases.json
var casesJSON []byte

// Cases are one larder's names and questions about them.
type Cases struct {
	About     string     `json:"about"`
	Names     []string   `json:"names"`
	Questions []Question `json:"questions"`
}

// Question is a query with its expected hits, in order, and counts.
type Question struct {
	Q       string   `json:"q"`
	Found   []string `json:"found"`
	Total   int      `json:"total"`
	Similar int      `json:"similar"`
}

// ReadCases returns the table.
func ReadCases() ([]Cases, error) {
	var list []Cases
	if err := json.Unmarshal(casesJSON, &list); err != nil {
		return nil, fmt.Errorf("read the table of cases: %w", err)
	}
	return list, nil
}

// Hits, their order, and counts are the same in every engine.
func testCases(t *testing.T, index searchindex.Index) {
	list, err := ReadCases()
	require.NoError(t, err)
	for i, cases := range list {
		owner := fmt.Sprintf("larder-%d", i)
		docs := make([]searchindex.Document, len(cases.Names))
		for n, name := range cases.Names {
			docs[n] = searchindex.Document{ID: fmt.Sprintf("%04d", n), Owner: owner, Name: name, Version: 1}
		}
		apply(t, index, docs...)
		for _, question := range cases.Questions {
			page := search(t, index, searchindex.Query{Owner: owner, Text: question.Q, Limit: len(docs) + 1})
			found := make([]string, 0, len(page.Hits))
			for _, hit := range page.Hits {
				found = append(found, hit.Name)
			}
			require.Equal(t, question.Found, found, "%s: found by %q", cases.About, question.Q)
			require.Equal(t, question.Total, page.Total, "%s: total of %q", cases.About, question.Q)
			require.Equal(t, question.Similar, page.Similar, "%s: similar of %q", cases.About, question.Q)
		}
	}
}
