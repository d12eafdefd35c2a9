package clients

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// tuspy, which knows nothing of Larder, uploads a file in parts, breaks off and goes on; the app does so by tus-js-client.
func TestTuspy(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	cook := server.AddUser(t, "tuspy")
	recipe, _ := cook.Create(t, larder.Named("Soup"))
	file := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(file, bytes.Repeat([]byte("soup "), 200_000), 0o600))

	command := exec.CommandContext(t.Context(), larder.Python("python"), "tus_upload.py", server.URL(), cook.Token, recipe.ID, file)
	said, err := command.CombinedOutput()
	require.NoError(t, err, "%s", said)
	require.Equal(t, "1000000", strings.TrimSpace(string(said)))
	files := cook.Files(t, recipe.ID)
	require.Len(t, files, 1)
	require.Equal(t, "notes.txt", files[0].Name)
	require.EqualValues(t, 1_000_000, files[0].Size)
}
