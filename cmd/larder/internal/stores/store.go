package stores

// Store is a server that holds Larder's data. Its name is used by /readyz and the log.
type Store string

// The stores.
const (
	Postgres      Store = "postgres"
	Backup        Store = "backup postgres"
	NATS          Store = "nats"
	Feed          Store = "nats of the grocery feed"
	Redis         Store = "redis"
	Elasticsearch Store = "elasticsearch"
	Grocery       Store = "grocery postgres"   // the grocery app's own
	GroceryFeed   Store = "grocery app's nats" // NATS, with the grocery app's credentials
	Objects       Store = "object store"
)

// All lists them.
func All() []Store {
	return []Store{Postgres, Backup, NATS, Feed, Redis, Elasticsearch, Grocery, GroceryFeed, Objects}
}

// Variable is the environment variable with the store's address.
func (s Store) Variable() string {
	switch s {
	case Postgres:
		return "LARDER_POSTGRES_URL"
	case Backup:
		return "LARDER_BACKUP_POSTGRES_URL"
	case NATS:
		return "LARDER_NATS_URL"
	case Feed:
		return "LARDER_FEED_NATS_URL"
	case Redis:
		return "LARDER_REDIS_URL"
	case Elasticsearch:
		return "LARDER_ELASTICSEARCH_URL"
	case Grocery:
		return "LARDER_GROCERY_POSTGRES_URL"
	case GroceryFeed:
		return "LARDER_GROCERY_NATS_URL"
	case Objects:
		return "LARDER_S3_ENDPOINT"
	default:
		panic("no such store: " + string(s))
	}
}

// Address returns a store's address, "" if unknown.
func (a Addresses) Address(s Store) string {
	switch s {
	case Postgres:
		return a.PostgresURL
	case Backup:
		return a.BackupPostgresURL
	case NATS:
		return a.NATSURL
	case Feed:
		return a.FeedNATSURL
	case Redis:
		return a.RedisURL
	case Elasticsearch:
		return a.ElasticsearchURL
	case Grocery:
		return a.GroceryPostgresURL
	case GroceryFeed:
		return a.FeedURL
	case Objects:
		return a.S3Endpoint
	default:
		return ""
	}
}

// Missing lists those of the stores that have no address.
func (a Addresses) Missing(wanted ...Store) []Store {
	var missing []Store
	for _, s := range wanted {
		if a.Address(s) == "" {
			missing = append(missing, s)
		}
	}
	return missing
}
