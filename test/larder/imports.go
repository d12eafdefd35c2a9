package larder

import (
	"io"
	"net/http"
	"testing"
	"time"
)

// Import is an import as the API shows it.
type Import struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
	Total   int    `json:"total"`
	Done    int    `json:"done"`
	Created []struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Picture *bool  `json:"picture"`
	} `json:"created"`
	Failed []struct {
		Place  string `json:"place"`
		Reason string `json:"reason"`
	} `json:"failed"`
	Kept []string `json:"kept"`
}

// Import begins an import from JSON, and returns its id.
func (c *Client) Import(tb testing.TB, body map[string]any) string {
	tb.Helper()
	return begun(tb, c.Do(tb, http.MethodPost, "/api/imports", body))
}

// ImportFile begins an import of a file, and returns its id.
func (c *Client) ImportFile(tb testing.TB, name string, content io.Reader) string {
	tb.Helper()
	return begun(tb, c.sendFile(tb, "/api/imports", name, content))
}

func begun(tb testing.TB, answer Answer) string {
	tb.Helper()
	answer.Want(tb, http.StatusAccepted)
	var i Import
	answer.Decode(tb, &i)
	return i.ID
}

// ImportOf returns an import as it is now.
func (c *Client) ImportOf(tb testing.TB, id string) Import {
	tb.Helper()
	var i Import
	c.Do(tb, http.MethodGet, "/api/imports/"+id, nil).Want(tb, http.StatusOK).Decode(tb, &i)
	return i
}

// AwaitImport waits until an import has a state.
func (c *Client) AwaitImport(tb testing.TB, id, state string, within time.Duration) Import {
	tb.Helper()
	var i Import
	Soon(tb, within, func() string {
		if i = c.ImportOf(tb, id); i.State != state {
			return "the import is " + i.State + " " + i.Reason
		}
		return ""
	})
	return i
}
