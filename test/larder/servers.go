package larder

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgresroles"
	"larder.dev/internal/testkit"
)

// serversOf gives one Larder its own place on the tests' servers.
func serversOf(tb testing.TB) RunFile {
	tb.Helper()
	broker := testkit.NATS(tb)
	return placeOn(tb, RunFile{
		PostgresURL:      given(tb, "LARDER_TEST_POSTGRES_URL"),
		NATSURL:          broker.URL(),
		FeedNATSURL:      broker.PublisherURL(),
		FeedURL:          broker.FeedURL(),
		RedisURL:         testkit.Redis(tb),
		ElasticsearchURL: given(tb, "LARDER_TEST_ELASTICSEARCH_URL"),
	})
}

// placeOn gives one Larder its own databases and index on servers. The backup and the grocery app's
// database are on the tests' servers.
func placeOn(tb testing.TB, servers RunFile) RunFile {
	tb.Helper()
	place := servers
	for _, server := range []string{servers.PostgresURL, given(tb, "LARDER_TEST_BACKUP_POSTGRES_URL")} {
		makeRoles(tb, server)
	}
	place.PostgresURL = database(tb, servers.PostgresURL)
	place.BackupPostgresURL = database(tb, given(tb, "LARDER_TEST_BACKUP_POSTGRES_URL"))
	place.GroceryPostgresURL = database(tb, given(tb, "LARDER_TEST_POSTGRES_URL"))
	place.ElasticsearchAlias = alias(tb, servers.ElasticsearchURL)
	return place
}

// makeRoles creates the components' roles on a server.
func makeRoles(tb testing.TB, server string) {
	tb.Helper()
	passwords := map[string]string{}
	for _, name := range postgresroles.Names() {
		passwords[name] = testkit.RolePassword
	}
	require.NoError(tb, postgresroles.Make(tb.Context(), server, passwords))
}

// as returns the variables for a component's own database role, with the login of that suffix; nil
// for a component without a role.
func (f RunFile) as(tb testing.TB, component, login, password string) []string {
	tb.Helper()
	name, has := postgresroles.LoginOf(component + login)
	if !has {
		return nil
	}
	var env []string
	for variable, owners := range map[string]string{"LARDER_POSTGRES_URL": f.PostgresURL, "LARDER_BACKUP_POSTGRES_URL": f.BackupPostgresURL} {
		address, err := postgresroles.Address(owners, name, password)
		require.NoError(tb, err)
		env = append(env, variable+"="+address)
	}
	return env
}

// given is a server's address. Tests on servers fail without one, and say how to get it.
func given(tb testing.TB, variable string) string {
	tb.Helper()
	address := os.Getenv(variable)
	require.NotEmpty(tb, address, "%s is not set: run it by bin/servers run -- go test ..., as make test does", variable)
	return address
}

// database creates an empty database on a server, for the duration of the test.
func database(tb testing.TB, server string) string {
	tb.Helper()
	name := "larder_" + strings.ToLower(rand.Text())
	execute(tb.Context(), tb, server, "CREATE DATABASE "+name)
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		execute(ctx, tb, server, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	address, err := url.Parse(server)
	require.NoError(tb, err)
	address.Path = "/" + name
	return address.String()
}

func execute(ctx context.Context, tb testing.TB, server, statement string) {
	tb.Helper()
	conn, err := pgx.Connect(ctx, server)
	require.NoError(tb, err)
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	require.NoError(tb, err, statement)
}

// alias is a unique name for a search index. What is behind it is removed after the test.
func alias(tb testing.TB, server string) string {
	tb.Helper()
	name := "test-" + strings.ToLower(rand.Text())
	tb.Cleanup(func() {
		request, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, server+"/"+name+"-*", nil)
		require.NoError(tb, err)
		client := &http.Client{Timeout: 30 * time.Second}
		answer, err := client.Do(request)
		require.NoError(tb, err)
		require.NoError(tb, answer.Body.Close())
	})
	return name
}

// environment returns the variables by which the binary finds these stores.
func (f RunFile) environment() []string {
	var env []string
	for name, value := range map[string]string{
		"LARDER_POSTGRES_URL":         f.PostgresURL,
		"LARDER_BACKUP_POSTGRES_URL":  f.BackupPostgresURL,
		"LARDER_NATS_URL":             f.NATSURL,
		"LARDER_FEED_NATS_URL":        f.FeedNATSURL,
		"LARDER_GROCERY_NATS_URL":     f.FeedURL,
		"LARDER_GROCERY_POSTGRES_URL": f.GroceryPostgresURL,
		"LARDER_REDIS_URL":            f.RedisURL,
		"LARDER_ELASTICSEARCH_URL":    f.ElasticsearchURL,
		"LARDER_ELASTICSEARCH_ALIAS":  f.ElasticsearchAlias,
		"LARDER_S3_ENDPOINT":          f.S3Endpoint,
		"LARDER_S3_BUCKET":            f.S3Bucket,
		"LARDER_S3_ACCESS_KEY":        f.S3AccessKey,
		"LARDER_S3_SECRET_KEY":        f.S3SecretKey,
	} {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// forFiles returns the variables by which the file service finds its object store, and by which it
// and query-api sign addresses alike.
func forFiles(objects objectstore.Options) []string {
	return []string{
		"LARDER_S3_ENDPOINT=" + objects.Endpoint, "LARDER_S3_BUCKET=" + objects.Bucket,
		"LARDER_S3_ACCESS_KEY=" + objects.AccessKey, "LARDER_S3_SECRET_KEY=" + objects.SecretKey,
		"LARDER_CDN_SECRET=" + rand.Text() + rand.Text(),
	}
}
