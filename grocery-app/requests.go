package groceryapp

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/grocery-app/internal/feed"
	"larder.dev/grocery-app/internal/liststore"
)

// Consumer is the name by which the stream remembers how far the app is. It is the app's alone.
const Consumer = feed.Durable

// Request is one message of the feed that asks for items.
type Request = liststore.Request

// Lacking gives those of the requests that the lists in a database never had, for whoever compares them with the feed.
// Those of erased users and those that are parked are not among them.
func Lacking(ctx context.Context, pool *pgxpool.Pool, requests []Request) ([]Request, error) {
	return liststore.NewStore(pool, func(string) {}).Lacking(ctx, requests)
}
