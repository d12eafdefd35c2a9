package bench

import (
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// How many recipes arrive by each of two ways: an import, and requests as a device sends them.
const (
	sizeImported = 63_231
	sizeSent     = 10_000
	sizeOfImport = 8_000 // limited to end in time, whatever else the machine does
)

// BenchmarkFolderSize measures a data folder's size per byte of the recipes' JSON: by store, and by
// table and index. It prints its own tables.
func BenchmarkFolderSize(b *testing.B) {
	server := larder.Start(b)
	lines, source := larder.Lines(b, sizeImported+sizeSent)
	b.Logf("%d recipes are from %s", len(lines), source)
	server.AddUser(b, "importer")
	for part := range slices.Chunk(lines[:sizeImported], sizeOfImport) {
		server.MustRun(b, "", "import", "--user", "importer", larder.WriteLines(b, part))
	}
	createWithKeys(b, server.AddUser(b, "ada"), lines[sizeImported:])
	server.CaughtUp(b)

	where := server.RunFile(b)
	primary := larder.Postgres(b, where.PostgresURL)
	var recipes, answers int64
	require.NoError(b, primary.QueryRow(b.Context(), `SELECT sum(octet_length(data::text)) FROM event_log WHERE type LIKE 'recipe.%'`).Scan(&recipes))
	require.NoError(b, primary.QueryRow(b.Context(), `SELECT sum(octet_length(body)) FROM idempotency_keys`).Scan(&answers))
	fmt.Fprintf(os.Stdout, "\n%d recipes, %.1f MB of JSON; %.1f MB of answers under keys\n\n| where | MB | per byte of JSON |\n| --- | ---: | ---: |\n",
		sizeImported+sizeSent, float64(recipes)/megabyte, float64(answers)/megabyte)
	row := func(name string, bytes int64) {
		fmt.Fprintf(os.Stdout, "| %s | %.1f | %.2f |\n", name, float64(bytes)/megabyte, float64(bytes)/float64(recipes))
	}
	row("the data folder", folderBytes(b, server.DataDir))
	for _, store := range []string{"postgres", "nats", "search", "redis", "objects"} {
		row(store, folderBytes(b, filepath.Join(server.DataDir, store)))
	}
	for _, part := range []string{"pg_wal", "base"} {
		found, err := filepath.Glob(filepath.Join(server.DataDir, "postgres", "*", part))
		require.NoError(b, err)
		for _, folder := range found {
			row("postgres "+part, folderBytes(b, folder))
		}
	}
	relations(b, "primary", primary, row)
	relations(b, "backup", larder.Postgres(b, where.BackupPostgresURL), row)
}

// createWithKeys sends each line like a device: with a key, so that it can be resent.
func createWithKeys(b *testing.B, user *larder.Client, lines [][]byte) {
	b.Helper()
	var workers sync.WaitGroup
	work := make(chan []byte)
	for range 8 {
		workers.Go(func() {
			for line := range work {
				answer, err := user.Try(larder.Request{
					Method: http.MethodPost, Path: "/api/recipes", Body: line,
					Headers: []string{"Idempotency-Key", uuid.NewString()},
				})
				if err != nil || answer.Status != http.StatusCreated {
					b.Errorf("create: %d %s %v", answer.Status, answer.Body, err)
				}
			}
		})
	}
	for _, line := range lines {
		work <- line
	}
	close(work)
	workers.Wait()
}

// relations prints a database's tables and indexes, largest first.
func relations(b *testing.B, side string, conn *pgx.Conn, row func(string, int64)) {
	b.Helper()
	rows, err := conn.Query(b.Context(), `SELECT coalesce(main.relname || ' toast', c.relname), pg_relation_size(c.oid)
		FROM pg_class c LEFT JOIN pg_class main ON main.reltoastrelid = c.oid
		WHERE c.relkind IN ('r', 'i', 't') AND pg_relation_size(c.oid) > 200000
			AND (c.relnamespace = 'public'::regnamespace OR main.relnamespace = 'public'::regnamespace)
		ORDER BY 2 DESC`)
	require.NoError(b, err)
	var (
		name  string
		bytes int64
	)
	_, err = pgx.ForEachRow(rows, []any{&name, &bytes}, func() error { row(side+" "+name, bytes); return nil })
	require.NoError(b, err)
}

// folderBytes is the disk usage of a folder's files. Files deleted meanwhile don't count.
func folderBytes(b *testing.B, folder string) int64 {
	b.Helper()
	var sum int64
	err := filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return ignoreMissing(err)
		}
		info, err := entry.Info()
		if err == nil {
			sum += info.Size()
		}
		return ignoreMissing(err)
	})
	require.NoError(b, err)
	return sum
}

func ignoreMissing(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}
