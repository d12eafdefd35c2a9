package component

import (
	"context"
	"fmt"

	"larder.dev/cmd/larder/internal/stores"
	grocerybridge "larder.dev/grocery-bridge"
)

// GroceryBridge hands the public feed on to a list that isn't ours. It isn't one of All: it runs only where somebody
// starts it, with the address that it leads to.
func GroceryBridge(opts grocerybridge.Options) Kind {
	return Kind{
		Name:  "grocery-bridge",
		Needs: []stores.Store{stores.GroceryFeed},
		Build: func(ctx context.Context, host *Host) (*Component, error) {
			feed, err := host.GroceryFeed(ctx, grocerybridge.InboxPrefix)
			if err != nil {
				return nil, err
			}
			opts.Feed, opts.Log = feed, host.Log
			bridge, err := grocerybridge.New(opts)
			if err != nil {
				return nil, fmt.Errorf("put the grocery bridge together: %w", err)
			}
			return &Component{Run: bridge.Run}, nil
		},
	}
}
