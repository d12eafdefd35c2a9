package e2e_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// A remote phone gets a long recipe gzipped from `larder up`, and its ETag works for revalidation
// and for replacing the recipe.
func TestCompressedAnswers(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	long := strings.Repeat("stir ", 1000)
	recipe, _ := ada.Create(t, map[string]any{"name": "Soup", "notes": long})
	path := "/api/recipes/" + recipe.ID

	answer := ada.Do(t, http.MethodGet, path, nil, "Accept-Encoding", "gzip").Want(t, http.StatusOK)
	require.Equal(t, "gzip", answer.Header.Get("Content-Encoding"))
	require.Less(t, len(answer.Body), 1000)
	unpacked, err := gzip.NewReader(bytes.NewReader(answer.Body))
	require.NoError(t, err)
	content, err := io.ReadAll(unpacked)
	require.NoError(t, err)
	var got struct {
		Notes string `json:"notes"`
	}
	require.NoError(t, json.Unmarshal(content, &got))
	require.Equal(t, strings.TrimSpace(long), strings.TrimSpace(got.Notes))

	tag := answer.Header.Get("ETag")
	require.Equal(t, `W/"1"`, tag)
	ada.Do(t, http.MethodGet, path, nil, "Accept-Encoding", "gzip", "If-None-Match", tag).Want(t, http.StatusNotModified)
	ada.Do(t, http.MethodPut, path, map[string]any{"name": "Stew"}, "If-Match", tag).Want(t, http.StatusOK)
}
