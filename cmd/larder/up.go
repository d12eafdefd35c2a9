package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/httpserver"
	"larder.dev/web"
)

// upCommand runs everything in one process, with embedded stores for those without an address.
type upCommand struct {
	serving
	rolePasswords
}

func (c upCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) (err error) {
	saveMemory(ctx)
	shareProcessors()
	end := watchStop(ctx, log)
	// Listen first: a second `larder up` should report the taken port before it starts a database.
	listener, err := httpserver.Listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // normally already closed by Serve
	first := isFirstStart(s.DataDir)
	opened, all, err := c.open(ctx, s, con, log)
	if err != nil {
		return err
	}
	defer closing(&err, end.lastStep("stores", opened.Close))
	tracing, err := openTracing(ctx, "larder")
	if err != nil {
		return err
	}
	defer closing(&err, tracing.Close)
	files, err := c.files(s.DataDir)
	if err != nil {
		return err
	}
	host := &component.Host{
		Folder:  s.DataDir,
		Files:   files,
		Clients: clientsOf(opened, s, "larder", log),
		Origin:  c.Origin, TrustedProxies: c.TrustedProxies, Door: c.doorOfAll(), Metrics: newRegistry(), Log: log,
		Quotas: c.quotas(), ImportAllow: c.ImportAllow, Retention: time.Duration(c.Retention),
	}
	host.Tracing = tracing.Tracing
	defer closing(&err, end.step("connections", host.Close))
	if host.Throttle, err = c.throttle(host.Metrics); err != nil {
		return err
	}
	pages, err := web.Handler(c.fileOrigins()...)
	if err != nil {
		return fmt.Errorf("open the pages: %w", err)
	}
	process, err := component.Assemble(ctx, host, "larder", pages, component.All()...)
	if err != nil {
		return err
	}
	stopReload, err := serveReload(ctx, host.Clients, opened)
	if err != nil {
		return err
	}
	defer stopReload()
	defer end.did("serving")
	url := urlOf(listener)
	ready := func() error {
		if err := opened.Announce(url); err != nil {
			return err
		}
		if first {
			printFirstSteps(con, s)
		}
		fmt.Fprintf(con.out, "larder is ready at %s\n", url)
		return nil
	}
	return process.Serve(ctx, listener, opened.Watch, func(ctx context.Context) error {
		return ending(migrateWhenThere(ctx, all, log, func(ctx context.Context) error {
			return announce(ctx, process, ready)
		}))
	})
}

// open opens the stores, and returns how to migrate the databases.
func (c upCommand) open(ctx context.Context, s *settings, con console, log *slog.Logger) (*stores.Stores, []database, error) {
	passwords, err := c.byLogin()
	if err != nil {
		return nil, nil, err
	}
	given := s.given()
	given.RolePasswords = c.RolePasswords
	opened, err := openStores(ctx, s.DataDir, given, con, log)
	if err != nil {
		return nil, nil, err
	}
	return opened, s.databases(opened.Addresses, passwords), nil
}

// isFirstStart reports whether there is no data in the folder yet.
func isFirstStart(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || len(entries) == 0
}

// printFirstSteps tells a new user what to type: by default there is no account and no password.
func printFirstSteps(con console, s *settings) {
	program := os.Args[0]
	if s.DataDir != defaultDataDir() {
		program += " --data-dir " + s.DataDir
	}
	fmt.Fprintf(con.out, "\nThis is a new larder: nobody can log in yet. Add yourself, and a dozen recipes to begin with:\n\n"+
		"  %[1]s user add NAME --grocery\n"+
		"  %[1]s import --user NAME samples/recipes.jsonl\n\n", program)
}
