package component

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"larder.dev/cmd/larder/internal/stores"
	commandapi "larder.dev/command-api"
	"larder.dev/internal/identity"
)

// CommandAPI serves the writes. Only the relay needs the stream: commands are accepted without it.
func CommandAPI() Kind {
	return Kind{
		Name:  "command-api",
		Help:  "Take the writes: sessions, recipes, grocery requests.",
		Needs: []stores.Store{stores.Postgres, stores.Redis},
		Keeps: []stores.Store{stores.Postgres},
		// It confirms, like the control bucket in NATS, that the primary is still the primary; see
		// internal/topology.
		Uses:  []stores.Store{stores.Backup},
		Build: buildCommandAPI,
	}
}

func buildCommandAPI(ctx context.Context, host *Host) (*Component, error) {
	pool, err := host.Postgres(ctx)
	if err != nil {
		return nil, err
	}
	redis, err := host.Redis(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := backupOf(ctx, host); err != nil {
		return nil, err
	}
	watch, err := host.Topology(ctx)
	if err != nil {
		return nil, err
	}
	sessions := identity.NewSessions(redis)
	sessions.Bound(host.Quotas.Sessions)
	api, err := commandapi.New(commandapi.Deps{
		MayWrite: watch.MayWrite,
		Pool:     pool, Redis: redis, Sessions: sessions, Throttle: host.Throttle, MaxRecipes: host.Quotas.Recipes,
		Origin: host.Origin, TrustedProxies: host.TrustedProxies,
		Metrics: host.Metrics, Tracing: host.Tracing.For("command-api"), Log: host.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("put the write side together: %w", err)
	}
	return &Component{
		Handler: api.Handler(),
		Takes:   takesWrites,
		Run:     func(ctx context.Context) error { api.Run(ctx); return nil },
		Flush:   api.Flush,
		Upkeep:  api.Upkeep,
	}, nil
}

func takesWrites(method, path string) bool { return isAPI(path) && !isRead(method) }

func isAPI(path string) bool { return strings.HasPrefix(path, "/api/") }

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }
