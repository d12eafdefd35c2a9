package component

import (
	"context"
	"fmt"
	"strings"

	"larder.dev/cmd/larder/internal/stores"
	groceryapp "larder.dev/grocery-app"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/postgres"
)

// GroceryApp keeps the shopping lists: a separate program, which reads the public feed with
// credentials for nothing else, and has its own database.
func GroceryApp() Kind {
	return Kind{
		Name:  "grocery-app",
		Help:  "Keep the shopping lists, from the public feed.",
		Needs: []stores.Store{stores.Grocery, stores.GroceryFeed, stores.Redis},
		Keeps: []stores.Store{stores.Grocery},
		Build: buildGroceryApp,
	}
}

func buildGroceryApp(ctx context.Context, host *Host) (*Component, error) {
	pool, err := host.Grocery(ctx)
	if err != nil {
		return nil, err
	}
	feed, err := host.GroceryFeed(ctx, groceryapp.InboxPrefix)
	if err != nil {
		return nil, err
	}
	redis, err := host.Redis(ctx)
	if err != nil {
		return nil, err
	}
	url := host.Address(stores.Grocery)
	app, err := groceryapp.New(groceryapp.Deps{
		Pool: pool, PostgresURL: url, Feed: feed, Sessions: identity.NewSessions(redis),
		Throttle: host.Throttle, MaxItems: host.Quotas.ListItems,
		Origin: host.Origin, TrustedProxies: host.TrustedProxies, Metrics: host.Metrics, Tracing: host.Tracing.For("grocery-app"),
		Log: host.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("put the grocery app together: %w", err)
	}
	return &Component{
		Handler: app.Handler(),
		Takes:   takesGroceries,
		Run:     app.Run,
		After:   []stores.Store{stores.Grocery, stores.GroceryFeed},
		// Not schemaOf's name: background work waits for that check, but this component's work
		// starts by creating the tables.
		Checks: []httpserver.Check{{Name: "grocery tables", Probe: once(grocerySchema(url))}},
	}, nil
}

// grocerySchema checks that the app, once its stores were reachable, has created its tables.
func grocerySchema(url string) func(ctx context.Context) error {
	return func(ctx context.Context) error {
		err := groceryapp.CheckSchema(ctx, url)
		if postgres.Unavailable(err) {
			return errNotAsked
		}
		return err
	}
}

func takesGroceries(_, path string) bool {
	return path == "/grocery" || strings.HasPrefix(path, "/grocery/")
}
