package servers

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/postgresserver"
)

// StartPostgres starts a PostgreSQL with the system's programs; where there are none, pinned ones are
// fetched. Its address is that of the superuser.
func StartPostgres(ctx context.Context, dir string) (*Server, error) {
	started, err := postgresserver.Start(ctx, postgresserver.Options{
		Dir: dir,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Settings: map[string]string{
			// The data of a test needn't outlive it.
			"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off",
			"max_connections": "300",
		},
	})
	if err != nil {
		return nil, err
	}
	server := &Server{URL: started.URL("postgres"), done: started.Done()}
	server.stop = func() error { //nolint:contextcheck // it outlives the start
		ctx, cancel := context.WithTimeout(context.Background(), stopPatience)
		defer cancel()
		return started.Stop(ctx)
	}
	version, err := postgresVersion(ctx, server.URL)
	server.Source = "PostgreSQL " + version + ", a process on this machine"
	return server, err
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
