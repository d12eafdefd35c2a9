package e2e_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Verify fails if the backup differs, and says how to repair it.
func TestBackupVerifyFails(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	ada.Create(t, larder.Named("Soup"))
	server.CaughtUp(t)
	server.MustRun(t, "", "backup", "verify", "--max-lag", "1m")
	backup := larder.Postgres(t, server.RunFile(t).BackupPostgresURL)
	_, err := backup.Exec(t.Context(), `UPDATE recipes SET name = 'Soap'`)
	require.NoError(t, err)
	result := server.Run(t, "", "backup", "verify", "--json")
	require.Equal(t, 1, result.Code)
	var report struct {
		Different []string `json:"different"`
	}
	require.NoError(t, json.Unmarshal([]byte(result.Stdout), &report))
	require.Equal(t, []string{ada.User.ID}, report.Different)
	require.Contains(t, result.Stderr, "larder backup run")
	server.MustRun(t, "", "backup", "run")
	server.MustRun(t, "", "backup", "verify")
}

// A backup that accepts no writes falls behind; verify reports the lag, fails above --max-lag, and
// succeeds once it has caught up.
func TestBackupVerifyMaxLag(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	server.CaughtUp(t)
	held, err := larder.Postgres(t, server.RunFile(t).BackupPostgresURL).Begin(t.Context())
	require.NoError(t, err)
	_, err = held.Exec(t.Context(), `LOCK TABLE recipes, event_log IN SHARE MODE`)
	require.NoError(t, err)
	ada.Create(t, larder.Named("Soup"))
	larder.Soon(t, deadline, func() string {
		result := server.Run(t, "", "backup", "verify", "--max-lag", "500ms")
		if result.Code == 0 {
			return "it isn't behind yet"
		}
		require.Equal(t, 1, result.Code)
		require.Contains(t, result.Stderr, "behind, more than 500ms")
		require.Contains(t, result.Stdout, "1 event")
		return ""
	})
	server.MustRun(t, "", "backup", "verify", "--max-lag", "1h")
	require.NoError(t, held.Rollback(t.Context()))
	server.CaughtUp(t)
	server.MustRun(t, "", "backup", "verify", "--max-lag", "500ms")
}

// A dump goes to an object store, and is restored from there into an empty system.
func TestDumpInObjectStore(t *testing.T) {
	t.Parallel()
	old := larder.Start(t)
	ada := old.AddUser(t, "ada")
	soup, _ := ada.Create(t, larder.Named("Soup to keep"))
	old.MustRun(t, "", "backup", "run", "--to", "s3://dumps/nightly/larder.dump")
	left, err := filepath.Glob("...*")
	require.NoError(t, err)
	require.Empty(t, left, "nothing stays in the folder that it was called in")

	at := old.RunFile(t)
	young := larder.Start(t, "LARDER_S3_ENDPOINT="+at.S3Endpoint, "LARDER_S3_BUCKET="+at.S3Bucket,
		"LARDER_S3_ACCESS_KEY="+at.S3AccessKey, "LARDER_S3_SECRET_KEY="+at.S3SecretKey)
	missing := young.Run(t, "", "backup", "restore", "s3://dumps/nightly/another.dump")
	require.Equal(t, 1, missing.Code)
	require.Contains(t, missing.Stderr, "another.dump: no such object")
	require.Equal(t, 2, young.Run(t, "", "backup", "run", "--to", "gs://dumps/larder.dump").Code)
	young.MustRun(t, "", "backup", "restore", "s3://dumps/nightly/larder.dump")
	require.Equal(t, soup, young.Login(t, "ada").Get(t, soup.ID).Want(t, http.StatusOK).Recipe(t))
}

// An earlier version's dump is restored with its files, whatever rows and events have gained since:
// the backup's rows, from the events, equal the primary's, from the dump.
func TestRestoreEarlierDumpWithFiles(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	server.MustRun(t, "", "backup", "restore", filepath.Join("testdata", "dumps", "schema-5-files.dump"))
	ada := larder.Login(t, server.URL(), "ada", "correct horse battery")
	larder.Soon(t, deadline, func() string {
		if len(ada.Search(t, "q", "rosti").Items) != 1 {
			return "the recipe isn't found"
		}
		return ""
	})
	server.CaughtUp(t)
	at := server.RunFile(t)
	require.Equal(t, recipeRows(t, at.PostgresURL), recipeRows(t, at.BackupPostgresURL))
	files := ada.Files(t, ada.Search(t, "q", "rosti").Items[0].ID)
	require.Len(t, files, 2)
	require.Equal(t, []string{"rösti.png", "note.txt"}, []string{files[0].Name, files[1].Name})
	server.MustRun(t, "", "backup", "run") // past grocery requests aren't republished
	server.MustRun(t, "", "backup", "verify")
}

func recipeRows(t *testing.T, database string) []string {
	t.Helper()
	rows, err := larder.Postgres(t, database).Query(t.Context(), `SELECT r::text FROM recipes r ORDER BY id`)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, all)
	return all
}
