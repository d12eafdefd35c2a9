package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/cmd/larder/internal/clients"
	"larder.dev/cmd/larder/internal/component"
	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/buildinfo"
	"larder.dev/internal/httpserver"
)

// serving are the flags of everything that serves HTTP, even if only probes.
type serving struct {
	delivery
	limiting
	retention
	importing

	Addr   string `env:"LARDER_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to serve (${default}); port 0 is any."`
	Origin string `env:"LARDER_ORIGIN" placeholder:"URL" help:"The one web origin that may call from another site."`

	TrustedProxies []string `env:"LARDER_TRUSTED_PROXIES" placeholder:"CIDR" help:"Proxies believed about who calls; also dns:NAME."`

	Hosts        []string `env:"LARDER_HOSTS" placeholder:"NAME" help:"Names by which this may be called, as *.NAME; * for any."`
	BehindTLS    bool     `name:"behind-tls" env:"LARDER_BEHIND_TLS" help:"Cookies are Secure, whatever a proxy says."`
	MetricsAddr  string   `env:"LARDER_METRICS_ADDR" placeholder:"HOST:PORT" help:"An address where metrics are for everybody."`
	MetricsToken string   `env:"LARDER_METRICS_TOKEN" placeholder:"TEXT" help:"What opens /metrics to others than this machine."`

	drain time.Duration // for a component behind a proxy
}

// door returns a component's admission rules. Its proxy checks host names, unless it is told some.
func (c serving) door() component.Door {
	return component.Door{
		Hosts: c.Hosts, BehindTLS: c.BehindTLS, MetricsAddr: c.MetricsAddr, MetricsToken: c.MetricsToken,
	}
}

// doorOfAll returns the admission rules of `larder up`, which has no proxy: it accepts its own
// names and those it is told.
func (c serving) doorOfAll() component.Door {
	door := c.door()
	door.Hosts = append([]string{}, c.Hosts...)
	for _, address := range []string{c.Origin, c.CDNURL} {
		if parsed, err := url.Parse(address); err == nil && parsed.Hostname() != "" {
			door.Hosts = append(door.Hosts, parsed.Hostname())
		}
	}
	if host, _, err := net.SplitHostPort(c.Addr); err == nil && host != "" {
		door.Hosts = append(door.Hosts, host)
	}
	// The machine's name on its own network, where no stranger assigns names.
	if name, err := os.Hostname(); err == nil && name != "" {
		door.Hosts = append(door.Hosts, name, name+".local")
	}
	return door
}

// componentCommand runs one component as a process, on servers with given addresses.
type componentCommand struct {
	serving

	Drain time.Duration `env:"LARDER_DRAIN" default:"1s" placeholder:"TIME" help:"How long it serves on, unready, at its end (${default})."`

	kind component.Kind
}

// componentCommands creates a subcommand per component, except projectors, which takes names.
func componentCommands() []kong.Option {
	var options []kong.Option
	for _, kind := range component.All() {
		if kind.Name != projectorsName {
			options = append(options, kong.DynamicCommand(kind.Name, kind.Help, "", &componentCommand{kind: kind}))
		}
	}
	return options
}

func (c *componentCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	c.drain = c.Drain
	return c.serve(ctx, c.kind, s, con, log)
}

const projectorsName = "projectors"

// projectorsCommand runs all projections, or some.
type projectorsCommand struct {
	serving

	Names []string `arg:"" optional:"" name:"name" help:"search, cache, replica, grocery; all of them where none is named."`
}

func (c projectorsCommand) Run(ctx context.Context, s *settings, con console, log *slog.Logger) error {
	kind, err := component.Projectors(c.Names...)
	if err != nil {
		return usageError{err.Error()}
	}
	return c.serve(ctx, kind, s, con, log)
}

// serve runs one component until ctx is done. It starts whether the stores are reachable or not,
// and waits for them; it only requires their addresses.
func (c serving) serve(ctx context.Context, kind component.Kind, s *settings, con console, log *slog.Logger) error {
	return c.with(ctx, kind, s, log, func(ctx context.Context, process *component.Process) error {
		listener, err := httpserver.Listen(ctx, c.Addr)
		if err != nil {
			return err
		}
		defer func() { _ = listener.Close() }() // normally already closed by Serve
		fmt.Fprintf(con.out, "larder %s listens at %s\n", kind.Name, urlOf(listener))
		return process.Serve(ctx, listener, func(ctx context.Context) error {
			return announce(ctx, process, func() error {
				fmt.Fprintf(con.out, "larder %s is ready at %s\n", kind.Name, urlOf(listener))
				return nil
			})
		})
	})
}

// with assembles one component, calls use with it, and closes what was opened.
func (c serving) with(ctx context.Context, kind component.Kind, s *settings, log *slog.Logger,
	use func(ctx context.Context, process *component.Process) error,
) (err error) {
	shareProcessors()
	addresses := s.given().Addresses()
	if missing := addresses.Missing(kind.Needs...); len(missing) > 0 {
		return usageError{needs(kind, missing)}
	}
	var files component.Files
	if kind.SignsFiles {
		var err error
		if files, err = c.files(""); err != nil {
			return err
		}
	}
	name := "larder " + kind.Name
	tracing, err := openTracing(ctx, kind.Name)
	if err != nil {
		return err
	}
	defer closing(&err, tracing.Close)
	host := &component.Host{
		Files:   files,
		Clients: clients.New(clients.Options{Addresses: addresses, Name: name, Inbox: kind.Inbox, Tracing: tracing.Tracing, Log: log}),
		Origin:  c.Origin, TrustedProxies: c.TrustedProxies, Door: c.door(), Metrics: newRegistry(), Log: log,
		Quotas: c.quotas(), ImportAllow: c.ImportAllow, Retention: time.Duration(c.Retention), Drain: c.drain,
	}
	defer closing(&err, host.Close)
	if host.Throttle, err = c.throttle(host.Metrics); err != nil {
		return err
	}
	process, err := component.Assemble(ctx, host, kind.Name, nil, kind)
	if err != nil {
		return err
	}
	return use(ctx, process)
}

// needs returns the message that says which addresses a component lacks to start.
func needs(kind component.Kind, missing []stores.Store) string {
	variables := make([]string, len(missing))
	for i, store := range missing {
		variables[i] = store.Variable()
	}
	return fmt.Sprintf("larder %s needs %s: the address of a server, in the environment or as a flag",
		kind.Name, strings.Join(variables, ", "))
}

// announce calls ready once nothing is missing. Ending before that is no failure.
func announce(ctx context.Context, process *component.Process, ready func() error) error {
	if err := process.Ready(ctx); err != nil {
		return ending(err)
	}
	return ready()
}

// ending drops the error of being stopped while still waiting, which is no failure.
func ending(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// newRegistry returns a process's metrics registry, with its build.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(buildinfo.Metric())
	return registry
}

// urlOf returns the address as one would type it: an unspecified host is this machine.
func urlOf(listener net.Listener) string {
	text := listener.Addr().String()
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return "http://" + text
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		text = net.JoinHostPort("localhost", port)
	}
	return "http://" + text
}
