package fileservice_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	fileservice "larder.dev/file-service"
)

// A person's files are limited in number and total bytes; beyond that uploads are refused and leave
// nothing behind. Other people's files and removed ones don't count.
func TestFilesAreBounded(t *testing.T) {
	t.Parallel()
	text := func(size int) []byte { return []byte(strings.Repeat("a word ", size)[:size]) }
	for kind, limit := range map[string]func(*fileservice.Deps){
		"files":      func(d *fileservice.Deps) { d.MaxFiles = 2 },
		"file_bytes": func(d *fileservice.Deps) { d.MaxFileBytes = 2500 },
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, limit)
			ada, bob := w.cook(), w.cook()
			first := ada.attached("a.txt", text(1000))
			ada.attached("b.txt", text(1001))
			refused := ada.attach("c.txt", text(1002))
			require.Equal(t, http.StatusUnprocessableEntity, refused.status, "%s", refused.body)
			require.Contains(t, string(refused.body), `"type":"urn:larder:problem:quota"`)
			require.Contains(t, string(refused.body), `"kind":"`+kind+`"`)
			require.Len(t, ada.keys(), 2)
			bob.attached("c.txt", text(1002))

			require.Equal(t, http.StatusNoContent, ada.do(http.MethodDelete, "/api/files/"+first.ID, "", nil).status)
			ada.attached("c.txt", text(1002))
		})
	}
}

// Files of restorable deleted recipes are kept, so they count.
func TestFilesOfDeletedRecipesCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *fileservice.Deps) { d.MaxFiles = 1 })
	ada := w.cook()
	ada.attached("a.txt", []byte("a"))
	_, err := w.db.Exec(t.Context(), `INSERT INTO recipes SELECT user_id, gen_random_uuid(), version, change, name, description,
		servings, prep_minutes, cook_minutes, source_url, tags, notes, steps, '[]', created_at, updated_at, NULL FROM recipes`)
	require.NoError(t, err)
	_, err = w.db.Exec(t.Context(), `UPDATE recipes SET deleted_at = now() WHERE id = $1`, ada.recipe)
	require.NoError(t, err)
	ada.recipe = scan[string](ada, `SELECT id::text FROM recipes WHERE deleted_at IS NULL`)
	require.Equal(t, http.StatusUnprocessableEntity, ada.attach("b.txt", []byte("b")).status)
	_, err = w.db.Exec(t.Context(), `UPDATE recipes SET deleted_at = now() - interval '40 days' WHERE deleted_at IS NOT NULL`)
	require.NoError(t, err)
	ada.attached("b.txt", []byte("b"))
}
