package groceryapp

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/grocery-app/internal/feed"
	"larder.dev/grocery-app/internal/liststore"
)

// Consumer is the name under which the stream remembers the app's position. Only the app uses it.
const Consumer = feed.Durable

// Request is a feed message that requests items.
type Request = liststore.Request

// Lacking returns those of the requests that the lists in a database never received, to compare
// them with the feed. It excludes those of erased users and parked ones.
func Lacking(ctx context.Context, pool *pgxpool.Pool, requests []Request) ([]Request, error) {
	return liststore.NewStore(pool, func(string) {}).Lacking(ctx, requests)
}
