package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	commandapi "larder.dev/command-api"
)

// folderSize is a data folder's size in bytes.
type folderSize struct {
	Path   string           `json:"path"`
	Bytes  int64            `json:"bytes"`
	Stores map[string]int64 `json:"stores"` // by subfolder
	// PostgresLog is the part of postgres that is its WAL, which is bounded.
	PostgresLog int64 `json:"postgres_log"`
	// Recipes counts existing recipes, and RecipeBytes their JSON; 0 if the database isn't in the
	// folder, or is unreachable.
	Recipes     int64   `json:"recipes"`
	RecipeBytes int64   `json:"recipe_bytes"`
	Ratio       float64 `json:"ratio,omitempty"` // Bytes to RecipeBytes
}

// measureFolder returns nil if there is no folder, as beside servers.
func measureFolder(ctx context.Context, s *settings, larder *connection) (*folderSize, error) {
	entries, err := os.ReadDir(s.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look into the data folder: %w", err)
	}
	size := &folderSize{Path: s.DataDir, Stores: map[string]int64{}}
	for _, entry := range entries {
		path := filepath.Join(s.DataDir, entry.Name())
		bytes, log, err := bytesIn(path)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", path, err)
		}
		size.Bytes += bytes
		size.PostgresLog += log
		if entry.IsDir() {
			size.Stores[entry.Name()] = bytes
		}
	}
	_, embedded := size.Stores["postgres"]
	if embedded && s.PostgresURL == "" {
		size.compare(ctx, larder)
	}
	return size, nil
}

// compareWithin bounds the database query: a status that waits for a frozen one reports nothing.
const compareWithin = 3 * time.Second

// compare omits the recipes if the database is unreachable: status is for such times.
func (f *folderSize) compare(ctx context.Context, larder *connection) {
	ctx, cancel := context.WithTimeout(ctx, compareWithin)
	defer cancel()
	pool, err := larder.Postgres(ctx)
	if err != nil {
		return
	}
	f.Recipes, f.RecipeBytes, err = commandapi.RecipesSize(ctx, pool)
	if err == nil && f.RecipeBytes > 0 {
		f.Ratio = float64(f.Bytes) / float64(f.RecipeBytes)
	}
}

// bytesIn returns the size of a folder's files, and of those that are Postgres' WAL. Files deleted
// meanwhile don't count.
func bytesIn(path string) (bytes, log int64, err error) {
	err = filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		var info fs.FileInfo
		if err == nil && !entry.IsDir() {
			info, err = entry.Info()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || info == nil || !info.Mode().IsRegular():
			return err
		}
		bytes += info.Size()
		if strings.Contains(path, string(filepath.Separator)+"pg_wal"+string(filepath.Separator)) {
			log += info.Size()
		}
		return nil
	})
	return bytes, log, err
}

func (f *folderSize) print(con console) error {
	fmt.Fprintln(con.out)
	table := newTable(con.out, "DATA FOLDER", megabytes(f.Bytes), f.Path)
	for _, name := range slices.Sorted(maps.Keys(f.Stores)) {
		note := ""
		if name == "postgres" {
			note = fmt.Sprintf("%s of it the database's log", megabytes(f.PostgresLog))
		}
		table.row(name, megabytes(f.Stores[name]), note)
	}
	if f.RecipeBytes > 0 {
		table.row("recipes' JSON", megabytes(f.RecipeBytes),
			fmt.Sprintf("%d recipes; the folder takes %.1f times as much", f.Recipes, f.Ratio))
	}
	return table.print("the data folder's size")
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/1e6) }
