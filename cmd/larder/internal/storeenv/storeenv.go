// Package storeenv points programs that know nothing of Larder at its stores: psql, nats, redis-cli
// and aws, through the environment variables that each reads.
package storeenv

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"larder.dev/cmd/larder/internal/stores"
	"larder.dev/internal/objectstore"
)

// region is the default for signing S3 requests: every store accepts it.
const region = "us-east-1"

// onSocket reports whether an address is a Unix socket's.
func onSocket(address string) bool { return strings.HasPrefix(address, "unix:") }

// Of returns the variables and their values. A store without an address has none.
func Of(a stores.Addresses) (map[string]string, error) {
	variables := map[string]string{}
	for _, of := range []func(stores.Addresses) (map[string]string, error){ofPostgres, ofNATS, ofRedis, ofObjects} {
		some, err := of(a)
		if err != nil {
			return nil, err
		}
		maps.Copy(variables, some)
	}
	return variables, nil
}

// ofPostgres is what libpq reads: psql, pg_dump and the like.
func ofPostgres(a stores.Addresses) (map[string]string, error) { return forLibpq(a.PostgresURL) }

// Groceries returns the variables for the grocery app's database, which has its own owner.
func Groceries(a stores.Addresses) (map[string]string, error) { return forLibpq(a.GroceryPostgresURL) }

// NamesGroceries reports whether a command's words name the grocery app's database, as arguments of
// psql or pg_dump. If another database, then on another server, has the same name, they don't.
func NamesGroceries(a stores.Addresses, words []string) bool {
	name := databaseOf(a.GroceryPostgresURL)
	if name == "" || name == databaseOf(a.PostgresURL) || name == databaseOf(a.BackupPostgresURL) {
		return false
	}
	return slices.ContainsFunc(words, func(word string) bool {
		return word == name || word == "-d"+name || strings.HasSuffix(word, "dbname="+name)
	})
}

func databaseOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return cmp.Or(parsed.Query().Get("dbname"), strings.TrimPrefix(parsed.Path, "/"))
}

func forLibpq(from string) (map[string]string, error) {
	if from == "" {
		return nil, nil
	}
	address, err := url.Parse(from)
	if err != nil {
		return nil, fmt.Errorf("read the address of PostgreSQL: %w", err)
	}
	password, _ := address.User.Password()
	query := address.Query()
	variables := map[string]string{
		"PGHOST": address.Hostname(), "PGPORT": address.Port(),
		"PGUSER": address.User.Username(), "PGPASSWORD": password,
		"PGDATABASE": strings.TrimPrefix(address.Path, "/"),
	}
	for parameter, variable := range map[string]string{
		"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
		"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY", "passfile": "PGPASSFILE",
	} {
		if value := query.Get(parameter); value != "" {
			variables[variable] = value
		}
	}
	return given(variables), nil
}

// ofNATS is for nats with an operator's credentials.
func ofNATS(a stores.Addresses) (map[string]string, error) {
	if a.NATSURL == "" {
		return nil, nil
	}
	return given(map[string]string{"NATS_URL": a.NATSURL, "NATS_CREDS": a.NATSCreds}), nil
}

// ofRedis is for redis-cli, which only reads the password: the address has to be given as -s
// "$REDIS_SOCKET" or -u "$REDIS_URL".
func ofRedis(a stores.Addresses) (map[string]string, error) {
	if a.RedisURL == "" {
		return nil, nil
	}
	address, err := url.Parse(a.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("read the address of Redis: %w", err)
	}
	password, _ := address.User.Password()
	if onSocket(a.RedisURL) {
		return given(map[string]string{"REDIS_SOCKET": address.Path, "REDISCLI_AUTH": password}), nil
	}
	if password != "" && address.User.Username() == "" {
		address.User = url.UserPassword("default", password) // redis-cli can't log in without a name
	}
	return given(map[string]string{"REDIS_URL": address.String(), "REDISCLI_AUTH": password}), nil
}

// ofObjects is for aws, which can't use a folder.
func ofObjects(a stores.Addresses) (map[string]string, error) {
	if _, is := ObjectsFolder(a); is || a.S3Endpoint == "" {
		return nil, nil
	}
	endpoint := a.S3Endpoint
	if !strings.Contains(endpoint, "://") {
		endpoint = "https://" + endpoint
	}
	return given(map[string]string{
		"AWS_ENDPOINT_URL_S3": endpoint,
		"AWS_ACCESS_KEY_ID":   a.S3AccessKey, "AWS_SECRET_ACCESS_KEY": a.S3SecretKey, "AWS_REGION": region, "S3_BUCKET": a.S3Bucket,
	}), nil
}

// ObjectsFolder returns the folder with recipes' files, false if they are on a server.
func ObjectsFolder(a stores.Addresses) (folder string, is bool) {
	return objectstore.BucketFolder(a.S3Endpoint, a.S3Bucket)
}

// given drops variables without a value: an empty one overrides a program's default.
func given(variables map[string]string) map[string]string {
	maps.DeleteFunc(variables, func(_, value string) bool { return value == "" })
	return variables
}
