// Package storeenv points programs that know nothing of Larder at its stores: psql, nats, redis-cli and aws, in the variables
// of the environment that each of them reads.
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

// region is what requests to an S3 store are signed for where nobody says another: every store takes it.
const region = "us-east-1"

// onSocket tells whether an address is that of a socket in the file system.
func onSocket(address string) bool { return strings.HasPrefix(address, "unix:") }

// Of gives the variables and their values. A store without an address has none.
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

// Groceries gives what leads those programs to the grocery app's database, which has an owner of its own.
func Groceries(a stores.Addresses) (map[string]string, error) { return forLibpq(a.GroceryPostgresURL) }

// NamesGroceries tells whether the words of a command name the grocery app's database, as psql and pg_dump are told a
// database. Where that has the name of another of the databases, which is on another server then, they don't.
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

// ofRedis is for redis-cli, which reads the password alone: where to is -s "$REDIS_SOCKET" or -u "$REDIS_URL".
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
		address.User = url.UserPassword("default", password) // without a name redis-cli isn't let in
	}
	return given(map[string]string{"REDIS_URL": address.String(), "REDISCLI_AUTH": password}), nil
}

// ofObjects is for aws, which has nothing to do with a folder.
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

// ObjectsFolder gives the folder with the files of recipes, false where they are on a server.
func ObjectsFolder(a stores.Addresses) (folder string, is bool) {
	return objectstore.BucketFolder(a.S3Endpoint, a.S3Bucket)
}

// given leaves out what has no value: an empty variable overrides what a program knows by itself.
func given(variables map[string]string) map[string]string {
	maps.DeleteFunc(variables, func(_, value string) bool { return value == "" })
	return variables
}
