package component

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/projectors"
	"larder.dev/projectors/cache"
	"larder.dev/projectors/groceryfeed"
	"larder.dev/projectors/replica"
	"larder.dev/projectors/searchindex"
)

// projection is one that a projectors process can run.
type projection struct {
	projectors.Spec

	sink stores.Store // where it writes
	make func(ctx context.Context, host *Host) (projectors.Projection, error)
}

// projections lists them all. To add one, add it here.
func projections() []projection {
	return []projection{
		{searchindex.Spec(), stores.Elasticsearch, func(ctx context.Context, host *Host) (projectors.Projection, error) {
			index, err := host.Index(ctx)
			if err != nil {
				return nil, err
			}
			return searchindex.New(index), nil
		}},
		{cache.Spec(), stores.Redis, func(ctx context.Context, host *Host) (projectors.Projection, error) {
			client, err := host.Redis(ctx)
			if err != nil {
				return nil, err
			}
			return cache.New(client), nil
		}},
		{replica.Spec(), stores.Backup, func(ctx context.Context, host *Host) (projectors.Projection, error) {
			pool, err := host.Backup(ctx)
			if err != nil {
				return nil, err
			}
			return replica.New(pool), nil
		}},
		{groceryfeed.Spec(), stores.Feed, func(ctx context.Context, host *Host) (projectors.Projection, error) {
			feed, err := host.Feed(ctx)
			if err != nil {
				return nil, err
			}
			return groceryfeed.New(feed, host.Log), nil
		}},
	}
}

// ProjectionNames are the names that `larder projectors` and `larder rebuild` accept.
func ProjectionNames() []string {
	all := projections()
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.Name
	}
	return names
}

// ProjectionSpecs describe them all.
func ProjectionSpecs() []projectors.Spec {
	all := projections()
	specs := make([]projectors.Spec, len(all))
	for i, p := range all {
		specs[i] = p.Spec
	}
	return specs
}

// AllProjectors keeps every view up to date.
func AllProjectors() Kind { return projectorsOf(projections()) }

// Projectors keeps the named views up to date; all if none is named. The error is for a name that
// isn't in ProjectionNames.
func Projectors(names ...string) (Kind, error) {
	if len(names) == 0 {
		return AllProjectors(), nil
	}
	var chosen []projection
	for _, name := range names {
		all := projections()
		i := slices.IndexFunc(all, func(p projection) bool { return p.Name == name })
		if i < 0 {
			return Kind{}, fmt.Errorf("there is no projection %q: there are %s", name, strings.Join(ProjectionNames(), ", "))
		}
		chosen = append(chosen, all[i])
	}
	return projectorsOf(chosen), nil
}

func projectorsOf(chosen []projection) Kind {
	needs := []stores.Store{stores.NATS}
	for _, p := range chosen {
		if !slices.Contains(needs, p.sink) {
			needs = append(needs, p.sink)
		}
	}
	return Kind{
		Name:  "projectors",
		Help:  "Keep the views up to date: all of them, or those that are named.",
		Needs: needs,
		Keeps: needs,
		Build: func(ctx context.Context, host *Host) (*Component, error) { return buildProjectors(ctx, host, chosen) },
	}
}

func buildProjectors(ctx context.Context, host *Host, chosen []projection) (*Component, error) {
	conn, err := host.Stream(ctx)
	if err != nil {
		return nil, err
	}
	var list []projectors.Projection
	for _, p := range chosen {
		made, err := p.make(ctx, host)
		if err != nil {
			return nil, fmt.Errorf("put the projection %s together: %w", p.Name, err)
		}
		list = append(list, made)
	}
	runner := projectors.NewRunner(projectors.Deps{
		Conn: conn, Tracing: host.Tracing.For("projectors"), Log: host.Log, Everywhere: ProjectionNames(),
	}, list...)
	if err := host.Metrics.Register(runner.Collector()); err != nil {
		return nil, fmt.Errorf("register the metrics of the projections: %w", err)
	}
	stop, err := projectors.ServeControl(conn, runner)
	if err != nil {
		return nil, fmt.Errorf("serve the control of the projections: %w", err)
	}
	host.OnClose(func() error { stop(); return nil })
	there, err := watchedStream(host, conn, events.Stream, nil)
	if err != nil {
		return nil, err
	}
	checks := []httpserver.Check{streamsCheck(conn), there}
	for _, p := range chosen {
		checks = append(checks, writtenView(runner, p.Name))
	}
	if slices.ContainsFunc(chosen, func(p projection) bool { return p.sink == stores.Feed }) {
		feed, err := host.Feed(ctx)
		if err != nil {
			return nil, err
		}
		there, err := watchedStream(host, feed, events.Feed, nil)
		if err != nil {
			return nil, err
		}
		checks = append(checks, feedCheck(feed), there)
	}
	// Each projection waits for its own store: one that is down delays no other.
	return &Component{Run: runner.Run, After: []stores.Store{stores.NATS}, Checks: checks}, nil
}
