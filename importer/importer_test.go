package importer_test

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/importer"
)

// Larder's own lines are told from what other programs write, by their beginning alone.
func TestIsOwn(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(`{"id": "x", "name": "Soup"}` + "\n"))
	require.NoError(t, err)
	require.NoError(t, w.Flush()) // and no end
	for text, own := range map[string]bool{
		"": true, "\n": true, `{"name": "Soup"}`: true, "\ufeff{\"name\": \"Soup\"}\n{": true, "no JSON\n{\"name\": \"Soup\"}": true, `{"name": "So`: true,
		`{"name": "x", "ingredients": [{"text": "directions", "@type": 1}]}`: true, packed.String(): true, "\x1f\x8b": true,
		`{"@context": "https://schema.org", "@type": "Recipe"}`: false, `{"name": "x", "ingredients": "", "directions": ""}`: false, `[{"name": "x"}]`: false,
		"<html>": false, "Soup\n\n1 l stock": false, "PK\x03\x04": false, "---\ntitle: x\n---\n": false,
	} {
		require.Equal(t, own, importer.IsOwn([]byte(text)), text)
	}
}
