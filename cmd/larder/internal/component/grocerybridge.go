package component

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/grocery-app/grocerybridge"
	"larder.dev/internal/httpserver"
)

// GroceryBridge forwards the public feed to an external list. It isn't in All: it only runs if
// started explicitly, with the address to forward to.
func GroceryBridge(opts grocerybridge.Options) Kind {
	return Kind{
		Name:  "grocery-bridge",
		Needs: []stores.Store{stores.GroceryFeed},
		Build: func(ctx context.Context, host *Host) (*Component, error) {
			feed, err := host.GroceryFeed(ctx, grocerybridge.InboxPrefix)
			if err != nil {
				return nil, err
			}
			opts.Feed, opts.Log, opts.Tracing = feed, host.Log, host.Tracing.For("grocery-bridge")
			bridge, err := grocerybridge.New(opts)
			if err != nil {
				return nil, fmt.Errorf("put the grocery bridge together: %w", err)
			}
			component := &Component{Run: bridge.Run}
			for _, health := range bridge.Health() {
				measureBridge(host.Metrics, health)
				component.Checks = append(component.Checks, bridgeChecks(health)...)
			}
			return component, nil
		},
	}
}

// bridgeChecks returns one check per possible failure, so that /readyz names it.
func bridgeChecks(health grocerybridge.Health) []httpserver.Check {
	var checks []httpserver.Check
	for _, problem := range grocerybridge.Problems() {
		checks = append(checks, httpserver.Check{
			Name: health.Bridge + ": " + problem,
			Probe: func(context.Context) error {
				if is, err := health.Problem(); is == problem {
					return err
				}
				return nil
			},
		})
	}
	return checks
}

func measureBridge(metrics prometheus.Registerer, health grocerybridge.Health) {
	if metrics == nil {
		return
	}
	for _, problem := range grocerybridge.Problems() {
		metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "larder_bridge_problem", Help: "1 while this is wrong with the list that the bridge leads to.",
			ConstLabels: prometheus.Labels{"bridge": health.Bridge, "problem": problem},
		}, func() float64 {
			if is, _ := health.Problem(); is == problem {
				return 1
			}
			return 0
		}))
	}
	for result, count := range map[string]func() int64{"taken": health.Taken, "refused": health.Refused} {
		metrics.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "larder_bridge_events_total", Help: "Events of the feed that were handed on, by what became of them.",
			ConstLabels: prometheus.Labels{"bridge": health.Bridge, "result": result},
		}, func() float64 { return float64(count()) }))
	}
}
