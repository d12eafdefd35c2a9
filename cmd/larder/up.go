package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"

	"larder.dev/internal/httpserver"
)

// upCommand runs everything in one process, with embedded stores where no address is given.
type upCommand struct {
	Addr   string `env:"LARDER_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to serve (${default}); port 0 is any."`
	Origin string `env:"LARDER_ORIGIN" placeholder:"URL" help:"The one web origin that may call from another site."`
}

func (c upCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	saveMemory()
	// The port comes first: a second `larder up` shall say so before it starts a database.
	listener, err := httpserver.Listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // Serve has closed it in the usual case
	first := isFirstStart(s.DataDir)
	opened, err := openStores(ctx, s, con, log)
	if err != nil {
		return err
	}
	sys, err := build(ctx, &workplace{Addresses: opened.Addresses, opened: opened}, s, c.Origin, log)
	if err != nil {
		return err
	}
	url := "http://" + reachable(listener.Addr())
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
	return sys.serve(ctx, listener, ready)
}

// isFirstStart tells whether there is no data in the folder yet.
func isFirstStart(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || len(entries) == 0
}

// printFirstSteps tells a new user what to type: there is no account and no password by default.
func printFirstSteps(con console, s *settings) {
	program := os.Args[0]
	if s.DataDir != defaultDataDir() {
		program += " --data-dir " + s.DataDir
	}
	fmt.Fprintf(con.out, "\nThis is a new larder: nobody can log in yet. Add yourself, and a dozen recipes to begin with:\n\n"+
		"  %[1]s user add NAME --grocery\n"+
		"  %[1]s import --user NAME samples/recipes.jsonl\n\n", program)
}

// reachable is the address as one would type it: an unspecified host is this machine.
func reachable(addr net.Addr) string {
	text := addr.String()
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return text
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("localhost", port)
	}
	return text
}

// surface is the one HTTP surface: reads go to the query API and the rest to the command API, as nginx
// routes them where each is a process of its own.
func surface(command, query, web http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !isAPI(r.URL.Path):
			web.ServeHTTP(w, r)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			query.ServeHTTP(w, r)
		case r.Method == http.MethodOptions && isRead(r.Header.Get("Access-Control-Request-Method")):
			query.ServeHTTP(w, r)
		default:
			command.ServeHTTP(w, r)
		}
	})
}

func isAPI(path string) bool {
	switch path {
	case "/healthz", "/readyz", "/metrics":
		return true
	default:
		return strings.HasPrefix(path, "/api/")
	}
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }
