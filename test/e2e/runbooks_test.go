package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// runbook returns a runbook's scripts: those for the system, and those after a note that they are
// for another one.
func runbook(t *testing.T, name, note string) (here, other []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "runbooks", name))
	require.NoError(t, err)
	parts := strings.Split(string(text), "```sh\n")
	for i, part := range parts[1:] {
		script, _, closed := strings.Cut(part, "```")
		require.True(t, closed)
		if strings.HasSuffix(parts[i], "<!-- "+note+" -->\n") {
			other = append(other, script)
		} else {
			here = append(here, script)
		}
	}
	return here, other
}

// The commands in the backup runbook do what it says: afterwards the backup is the same, and a new
// system has everything that the old one had.
func TestRunbookBackupRestore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	old, young := larder.Start(t), larder.New(t) // with different secrets
	young.Start(t)
	ada := old.AddUser(t, "ada", "--grocery")
	old.MustRun(t, "", "import", filepath.Join(larder.Root(), "samples", "recipes.jsonl"))
	soup, _ := ada.Create(t, larder.Named("Soup to keep"))
	noted, _ := ada.Create(t, larder.Named("Stew with a note"))
	ada.Attach(t, noted.ID, "note.txt", strings.NewReader("Salt it late.\n")).Want(t, http.StatusCreated)
	old.CaughtUp(t)
	in := func(scripts []string) string {
		script := strings.ReplaceAll(strings.Join(scripts, "\n"), "larder.dump", filepath.Join(folder, "larder.dump"))
		return strings.ReplaceAll(script, "larder-files", filepath.Join(folder, "larder-files"))
	}
	here, other := runbook(t, "backup-restore.md", "on a new system")
	require.Len(t, here, 3)
	require.Len(t, other, 1)
	out, err := old.Shell(t, in(here))
	require.NoError(t, err, out)
	require.Contains(t, out, `"different_users": 0`)

	out, err = young.Shell(t, in(other))
	require.NoError(t, err, out)
	restored := young.Login(t, "ada")
	larder.Soon(t, deadline, func() string {
		if len(restored.All(t, 50)) != 14 {
			return "not every recipe is found"
		}
		return ""
	})
	require.Equal(t, soup, restored.Get(t, soup.ID).Want(t, http.StatusOK).Recipe(t))
	note := larder.Open(t, "", young.URL()+restored.Files(t, noted.ID)[0].URL)
	require.True(t, larder.Same(t, note.Body, strings.NewReader("Salt it late.\n")))
	require.Equal(t, 1, young.Run(t, "", "backup", "restore", filepath.Join(folder, "larder.dump")).Code, "it isn't empty any more")
}

// The commands in the runbook for an unreachable process or server are accepted, and find nothing
// when everything is up.
func TestRunbookAway(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	server.AddUser(t, "ada").Create(t, larder.Named("Soup"))
	server.Settled(t)
	scripts, _ := runbook(t, "away.md", "")
	require.Len(t, scripts, 2)
	out, err := server.Shell(t, strings.Join(scripts, "\n"))
	require.NoError(t, err, out)
}
