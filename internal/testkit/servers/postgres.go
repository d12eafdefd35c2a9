package servers

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"larder.dev/embedded/postgresserver"
)

// StartPostgres starts PostgreSQL with the system's programs, or pinned ones that it downloads. Its
// address is the superuser's. Commits needn't survive a crash.
func StartPostgres(ctx context.Context, dir string) (*Server, error) {
	return startPostgres(ctx, dir, map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off",
	})
}

// StartDurablePostgres is [StartPostgres] for a test that kills the server: commits are on disk.
func StartDurablePostgres(ctx context.Context, dir string) (*Server, error) {
	return startPostgres(ctx, dir, map[string]string{})
}

func startPostgres(ctx context.Context, dir string, settings map[string]string) (*Server, error) {
	settings["max_connections"] = "300"
	started, err := postgresserver.Start(ctx, postgresserver.Options{
		Dir:      dir,
		TCP:      true,
		Log:      slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Settings: settings,
	})
	if err != nil {
		return nil, err
	}
	server := &Server{URL: started.URL("postgres"), done: started.Done()}
	if server.pid, err = postmaster(dir); err != nil {
		return nil, err
	}
	server.stop = func() error { //nolint:contextcheck // it outlives the start
		ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
		defer cancel()
		return started.Stop(ctx)
	}
	version, err := postgresVersion(ctx, server.URL)
	server.Source = "PostgreSQL " + version + ", a process on this machine"
	return server, err
}

// postmaster reads the process id from a running PostgreSQL's pid file.
func postmaster(dir string) (pid int, err error) {
	content, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("find the process of PostgreSQL: %w", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	if pid, err = strconv.Atoi(line); err != nil {
		return 0, fmt.Errorf("find the process of PostgreSQL: %w", err)
	}
	return pid, nil
}

func postgresVersion(ctx context.Context, url string) (version string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.QueryRow(ctx, "SHOW server_version").Scan(&version); err != nil {
		return "", fmt.Errorf("ask PostgreSQL for its version: %w", err)
	}
	return version, nil
}

func postgresAnswers(ctx context.Context, address string) error {
	_, err := postgresVersion(ctx, address)
	return err
}
