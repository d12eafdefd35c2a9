package clients

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// tuspy and tus-js-client, which know nothing of Larder, upload a file in parts, stop and resume.
func TestTus(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	modules := filepath.Join(larder.Root(), "web", "node_modules")
	for client, command := range map[string][]string{
		"tuspy":         {larder.Python("python"), "tus_upload.py"},
		"tus-js-client": {"node", "tus_upload.mjs", modules},
	} {
		t.Run(client, func(t *testing.T) {
			t.Parallel()
			cook := server.AddUser(t, client)
			recipe, _ := cook.Create(t, larder.Named("Soup"))
			dir := t.TempDir()
			file := filepath.Join(dir, "notes.txt")
			require.NoError(t, os.WriteFile(file, bytes.Repeat([]byte("soup "), 200_000), 0o600))

			args := slices.Concat(command[1:], []string{server.URL(), cook.Token, recipe.ID, file})
			program := exec.CommandContext(t.Context(), command[0], args...)
			program.Env = append(os.Environ(), "TMPDIR="+dir)
			said, err := program.CombinedOutput()
			require.NoError(t, err, "%s", said)
			require.Equal(t, "1000000", strings.TrimSpace(string(said)))
			files := cook.Files(t, recipe.ID)
			require.Len(t, files, 1)
			require.Equal(t, "notes.txt", files[0].Name)
			require.EqualValues(t, 1_000_000, files[0].Size)
		})
	}
}
